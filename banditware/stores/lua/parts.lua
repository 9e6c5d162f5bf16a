-- Answers all of a ledger, notes and all.
--
-- KEYS  ledger, what it keeps aside

local head = redis.call('HMGET', KEYS[1], '#schema', '#epoch')
local refused = refusal(KEYS[1], head[1])
return refused or { redis.call('HGETALL', KEYS[1]), read_aside(KEYS[2], head[2]) }
