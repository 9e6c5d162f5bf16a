-- Answers what a ledger keeps aside of its counts, notes and all, as text; see read.lua.
--
-- KEYS  ledger, what it keeps aside

local head = redis.call('HMGET', KEYS[1], '#schema', '#epoch')
local refused = refusal(KEYS[1], head[1])
return refused or table.concat(read_aside(KEYS[2], head[2]), '\n')
