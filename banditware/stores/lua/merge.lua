-- Replaces what was copied from an origin, and adds the difference to the counts.
--
-- KEYS  ledger, its peace, what it keeps aside
-- ARGV  epoch if there is none, seconds of peace for a new ledger, head of the notes, version that is expected, how many fields,
--       {field, number}, {note, number}
--
-- Answers {field, what was added}, or nothing if the version is another one.

local ledger, mine = KEYS[1], ARGV[3] .. '/'
local aside = KEYS[3]
local head = redis.call('HMGET', ledger, '#schema', ARGV[3], '#epoch')
local refused = refusal(ledger, head[1])
if refused then return refused end
if (head[2] or '0') ~= ARGV[4] then return false end

begin_aside(aside, head[3] or ARGV[1])
local old = {}
for _, key in ipairs({ ledger, aside }) do
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, #mine) == mine then
      old[string.sub(all[i], #mine + 1)] = all[i + 1]
      redis.call('HDEL', key, all[i])
    end
  end
end
redis.call('HDEL', ledger, ARGV[3], ARGV[3] .. '@')
if not head[1] then
  redis.call('HSET', ledger, '#schema', SCHEMA, '#epoch', ARGV[1], '#origin', ARGV[1])
  redis.call('SET', KEYS[2], '1', 'EX', ARGV[2])
end

local answer = {}
local function shift(field, new, before)
  if new == before then return end
  local delta, key = tonumber(new) - tonumber(before), home(field, ledger, aside)
  if whole(new) and whole(before) then
    -- Two steps, each of them exact up to 64 bits; what is taken away first cannot overflow.
    add(key, field, string.sub(before, 1, 1) == '-' and string.sub(before, 2) or '-' .. before)
    add(key, field, new)
  else
    local sum = tonumber(redis.call('HGET', key, field) or '0') + delta
    redis.call('HSET', key, field, string.format('%.17g', sum))
  end
  if tonumber(redis.call('HGET', key, field)) == 0 then redis.call('HDEL', key, field) end
  answer[#answer + 1] = field
  answer[#answer + 1] = string.format('%.17g', delta)
end
local at = 6
for _ = 1, tonumber(ARGV[5]) do
  shift(ARGV[at], ARGV[at + 1], old[ARGV[at]] or '0')
  old[ARGV[at]] = nil
  at = at + 2
end
for field, number in pairs(old) do shift(field, '0', number) end

for i = at, #ARGV, 2 do
  redis.call('HSET', home(ARGV[i], ledger, aside), ARGV[i], ARGV[i + 1])
end
if #answer > 0 or not head[2] then redis.call('HINCRBY', ledger, '#version', 1) end
return answer
