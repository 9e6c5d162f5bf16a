-- Keeps a state of the controls and the change that led to it, unless somebody was faster.
--
-- KEYS  controls: a hash like that of a ledger, so that its version is read like one; changes: a
--       list, newest first
-- ARGV  version, state, change, how many changes are kept

local head = redis.call('HMGET', KEYS[1], '#schema', '#version')
local refused = refusal(KEYS[1], head[1])
if refused then return refused end
if tonumber(head[2] or '0') + 1 ~= tonumber(ARGV[1]) then return 0 end
redis.call('LPUSH', KEYS[2], ARGV[3])
redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[4]) - 1)
redis.call('HSET', KEYS[1], '#schema', SCHEMA, '#version', ARGV[1], '@state', ARGV[2])
return 1
