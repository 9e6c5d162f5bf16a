-- Applies a batch if it begins where its spool has got to; answers where that is afterwards.
--
-- How many commands it takes depends on how many fields change, not on how many rewards there are.
--
-- KEYS  ledger, tombstone of the spool, peace of the ledger, what is kept aside, maybe its excerpt,
--       sets of once-keys
-- ARGV  spool, start, end, epoch if there is none, seconds that sets live, field of duplicates,
--       seconds of peace for a new ledger, number of keys before the sets, how many deltas,
--       {field, delta},
--       how many gains, {how many deltas, {field, delta}},
--       of each set {cohort, how many once-keys, {once-key, number of its gain}}

local ledger, aside, duplicate, first_set = KEYS[1], KEYS[4], ARGV[6], tonumber(ARGV[8]) + 1
local head = redis.call(
  'HMGET', ledger, '#schema', '@' .. ARGV[1], '#epoch', '#cohorts', '#version')
local refused = refusal(ledger, head[1])
if refused then return refused end
if redis.call('EXISTS', KEYS[2]) == 1 then return GONE end
local stored = head[2] or '0'
if stored ~= ARGV[2] then return tonumber(stored) end
-- A key that is no set, or no hash, fails here, before anything is written.
for i = first_set, #KEYS do redis.call('SCARD', KEYS[i]) end
local begun = redis.call('HGET', KEYS[4], '#epoch')
local excerpt = first_set == 6 and is_current(KEYS[5], head[3], head[5]) and KEYS[5]

local epoch, cohorts = head[3] or ARGV[4], head[4] or ''
if not head[1] then
  redis.call('HSET', ledger, '#schema', SCHEMA, '#epoch', epoch, '#origin', epoch)
  redis.call('SET', KEYS[3], '1', 'EX', ARGV[7])
end

-- Sums of small whole numbers are exact, and stay apart from others; large ones go in one by one.
local wholes, fractions, order, changed = {}, {}, {}, {}
local function place(field)
  local key = home(field, ledger, aside)
  if key == ledger then
    changed[#changed + 1] = field
  elseif begun ~= epoch then
    begin_aside(aside, epoch)
    begun = epoch
  end
  return key
end
local function gather(field, text, times)
  local number = tonumber(text)
  local sums = fractions
  if whole(text) then
    if math.abs(number) > 2147483647 then
      for _ = 1, times do add(place(field), field, text) end
      return
    end
    sums = wholes
  end
  if not wholes[field] and not fractions[field] then order[#order + 1] = field end
  sums[field] = (sums[field] or 0) + number * times
end

local at = 9
local function deltas()
  local first = at + 1
  at = at + 1 + 2 * tonumber(ARGV[at])
  return first, at - 2
end
local function gather_all(first, last, times)
  for i = first, last, 2 do gather(ARGV[i], ARGV[i + 1], times) end
end

local first, last = deltas()
gather_all(first, last, 1)

local gains, times = {}, {}
at = at + 1
for number = 1, tonumber(ARGV[at - 1]) do
  gains[number], times[number] = { deltas() }, 0
end

-- Lets the once-keys from here to there through that the set does not have; Lua's stack has room
-- for some thousands at a time.
local GROUP, repeated = 1000, 0
local function let_through(set, from, to)
  local keys = {}
  for i = from, to, 2 do keys[#keys + 1] = ARGV[i] end
  local known, fresh, seen = redis.call('SMISMEMBER', set, unpack(keys)), {}, {}
  for i, key in ipairs(keys) do
    if known[i] == 1 or seen[key] then
      repeated = repeated + 1
    else
      local gain = tonumber(ARGV[from + 2 * i - 1])
      seen[key], fresh[#fresh + 1], times[gain] = true, key, times[gain] + 1
    end
  end
  if #fresh > 0 then redis.call('SADD', set, unpack(fresh)) end
end

for i = first_set, #KEYS do
  local cohort, last = ARGV[at], at + 2 * tonumber(ARGV[at + 1])
  if redis.call('SISMEMBER', KEYS[i], epoch) == 0 then
    redis.call('DEL', KEYS[i])
    redis.call('SADD', KEYS[i], epoch)
    redis.call('EXPIRE', KEYS[i], ARGV[5])
    if not string.find(' ' .. cohorts .. ' ', ' ' .. cohort .. ' ', 1, true) then
      cohorts = cohorts .. ' ' .. cohort
      redis.call('HSET', ledger, '#cohorts', cohorts)
    end
  end
  for from = at + 2, last, 2 * GROUP do
    let_through(KEYS[i], from, math.min(last, from + 2 * GROUP - 2))
  end
  at = last + 2
end

for number, gain in ipairs(gains) do
  if times[number] > 0 then gather_all(gain[1], gain[2], times[number]) end
end
if repeated > 0 then gather(duplicate, '1', repeated) end
for _, field in ipairs(order) do
  local key = place(field)
  if wholes[field] then add(key, field, string.format('%.0f', wholes[field])) end
  if fractions[field] then add(key, field, string.format('%.17g', fractions[field])) end
end
local version = redis.call('HINCRBY', ledger, '#version', 1)
if excerpt then
  in_groups(changed, function(...)
    local fields, row = { ... }, {}
    for i, text in ipairs(redis.call('HMGET', ledger, ...)) do
      row[2 * i - 1], row[2 * i] = fields[i], text
    end
    redis.call('HSET', excerpt, unpack(row))
  end)
  redis.call('HSET', excerpt, '#version', string.format('%.0f', version))
end
redis.call('HSET', ledger, '@' .. ARGV[1], ARGV[3])
return tonumber(ARGV[3])
