-- Keeps what is not kept yet of a person, and returns all that is.
--
-- KEYS  person: a hash, apart from all ledgers
-- ARGV  seconds that it lives, number of stale fields, these with their texts, then fields and
--       texts to be kept

local changed = false
local stale = tonumber(ARGV[2])
for i = 3, 2 + 2 * stale, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    redis.call('HDEL', KEYS[1], ARGV[i])
    changed = true
  end
end
for i = 3 + 2 * stale, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) == 1 then changed = true end
end
if changed then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return redis.call('HGETALL', KEYS[1])
