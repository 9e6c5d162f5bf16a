-- Applies a batch if it begins where its spool has got to; answers where that is afterwards.
--
-- KEYS  ledger, tombstone of the spool, peace of the ledger, sets of once-keys
-- ARGV  spool, start, end, epoch if there is none, seconds that sets live, field of duplicates,
--       seconds of peace for a new ledger, how many deltas, {field, delta}, cohort of each set,
--       {number of the set, once-key, how many deltas, {field, delta}}

local ledger, duplicate = KEYS[1], ARGV[6]
local head = redis.call('HMGET', ledger, '#schema', '@' .. ARGV[1], '#epoch', '#cohorts')
local refused = refusal(ledger, head[1])
if refused then return refused end
if redis.call('EXISTS', KEYS[2]) == 1 then return GONE end
local stored = head[2] or '0'
if stored ~= ARGV[2] then return tonumber(stored) end
-- A key that is no set fails here, before anything is written.
for i = 4, #KEYS do redis.call('SCARD', KEYS[i]) end

local epoch, cohorts = head[3] or ARGV[4], head[4] or ''
if not head[1] then
  redis.call('HSET', ledger, '#schema', SCHEMA, '#epoch', epoch, '#origin', epoch)
  redis.call('SET', KEYS[3], '1', 'EX', ARGV[7])
end

local sums, order = {}, {}
local function gather(field, text)
  local number = tonumber(text)
  -- Sums of small whole numbers are exact; everything else is added by itself.
  if not whole(text) or math.abs(number) > 2147483647 then return add(ledger, field, text) end
  if not sums[field] then order[#order + 1] = field end
  sums[field] = (sums[field] or 0) + number
end

local at = 9
for _ = 1, tonumber(ARGV[8]) do
  gather(ARGV[at], ARGV[at + 1])
  at = at + 2
end
for i = 4, #KEYS do
  local cohort = ARGV[at]
  at = at + 1
  if redis.call('SISMEMBER', KEYS[i], epoch) == 0 then
    redis.call('DEL', KEYS[i])
    redis.call('SADD', KEYS[i], epoch)
    redis.call('EXPIRE', KEYS[i], ARGV[5])
    if not string.find(' ' .. cohorts .. ' ', ' ' .. cohort .. ' ', 1, true) then
      cohorts = cohorts .. ' ' .. cohort
      redis.call('HSET', ledger, '#cohorts', cohorts)
    end
  end
end
while at <= #ARGV do
  local first = redis.call('SADD', KEYS[3 + tonumber(ARGV[at])], ARGV[at + 1]) == 1
  local last = at + 2 + 2 * tonumber(ARGV[at + 2])
  if not first then gather(duplicate, '1') end
  for i = at + 3, first and last or 0, 2 do gather(ARGV[i], ARGV[i + 1]) end
  at = last + 1
end
for _, field in ipairs(order) do add(ledger, field, string.format('%.0f', sums[field])) end
redis.call('HINCRBY', ledger, '#version', 1)
redis.call('HSET', ledger, '@' .. ARGV[1], ARGV[3])
return tonumber(ARGV[3])
