-- Answers changes of the controls, newest first. The newest in the list led to the version of the
-- state, and each further one to the version before.
--
-- KEYS  controls, changes
-- ARGV  how many at most, the version below which they begin (0: from the newest on)

local newest = tonumber(redis.call('HGET', KEYS[1], '#version') or '0')
local before = tonumber(ARGV[2])
local first = before > 0 and math.max(0, newest - before + 1) or 0
return redis.call('LRANGE', KEYS[2], first, first + tonumber(ARGV[1]) - 1)
