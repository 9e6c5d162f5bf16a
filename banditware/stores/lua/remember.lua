-- Remembers once-keys as seen; answers how many were new.
--
-- KEYS  ledger, its peace, set of once-keys
-- ARGV  epoch if there is none, seconds of peace for a new ledger, cohort of the set, seconds that
--       the set lives at least, {once-key}

local ledger, set = KEYS[1], KEYS[3]
local head = redis.call('HMGET', ledger, '#schema', '#epoch', '#cohorts')
local refused = refusal(ledger, head[1])
if refused then return refused end
redis.call('SCARD', set)
local epoch, cohorts = head[2] or ARGV[1], head[3] or ''
if not head[1] then
  redis.call('HSET', ledger, '#schema', SCHEMA, '#epoch', epoch, '#origin', epoch)
  redis.call('SET', KEYS[2], '1', 'EX', ARGV[2])
end
if redis.call('SISMEMBER', set, epoch) == 0 then
  redis.call('DEL', set)
  redis.call('SADD', set, epoch)
end
if not string.find(' ' .. cohorts .. ' ', ' ' .. ARGV[3] .. ' ', 1, true) then
  redis.call('HSET', ledger, '#cohorts', cohorts .. ' ' .. ARGV[3])
end
if redis.call('TTL', set) < tonumber(ARGV[4]) then redis.call('EXPIRE', set, ARGV[4]) end
local new = 0
for i = 5, #ARGV do new = new + redis.call('SADD', set, ARGV[i]) end
return new
