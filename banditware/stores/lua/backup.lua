-- Numbers the state of a ledger and answers all of it; nothing if there is none, if it does not
-- contain what the caller has, or if it is to be left in peace.
--
-- KEYS  ledger, its peace, what it keeps aside
-- ARGV  origin, number and name of what the caller has (number 0: nothing), name of the new
--       backup, length of the trail

local ledger = KEYS[1]
local head = redis.call('HMGET', ledger, '#schema', '#origin', '#backup', '#epoch', '#trail')
local refused = refusal(ledger, head[1])
if refused then return refused end
if not head[1] or redis.call('EXISTS', KEYS[2]) == 1 then return false end
local kept, stored, trail = tonumber(ARGV[2]), tonumber(head[3] or '0'), head[5] or ''
if kept > 0 and (head[2] ~= ARGV[1] or not contains(stored, trail, kept, ARGV[3])) then
  return false
end
if not head[2] then redis.call('HSET', ledger, '#origin', head[4]) end
redis.call('HINCRBY', ledger, '#backup', 1)
redis.call('HSET', ledger, '#trail', string.sub(trail .. ARGV[4], -tonumber(ARGV[5])))
return { redis.call('HGETALL', ledger), read_aside(KEYS[3], head[4]) }
