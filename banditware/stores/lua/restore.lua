-- Puts a backup in place of a ledger that was lost; see `judge` in base.py for when.
--
-- KEYS  ledger, its peace, what it keeps aside
-- ARGV  origin, number and name of the backup, number and name of its floor, version and trail of
--       the backup, new epoch, how far to leap with the version, seconds of peace,
--       {field, number}, spools among them

local ledger, number = KEYS[1], tonumber(ARGV[2])
local head = redis.call('HMGET', ledger, '#schema', '#origin', '#backup', '#version', '#trail')
local refused = refusal(ledger, head[1])
if refused then return refused end
local stored, trail = tonumber(head[3] or '0'), head[5] or ''
if head[1] and head[2] == ARGV[1] then
  if contains(stored, trail, number, ARGV[3]) then return 'contained' end
  local floor = tonumber(ARGV[4])
  if floor == 0 or contains(stored, trail, floor, ARGV[5]) then
    redis.call('SET', KEYS[2], '1', 'EX', ARGV[10])
    return 'behind'
  end
  if stored > number then return 'other' end
elseif head[1] and stored > 0 then
  return 'other'
end
local version = math.max(tonumber(ARGV[6]), tonumber(head[4] or '0')) + tonumber(ARGV[9])
redis.call('DEL', ledger, KEYS[3])
redis.call('HSET', ledger, '#schema', SCHEMA, '#epoch', ARGV[8], '#origin', ARGV[1],
  '#backup', ARGV[2], '#trail', ARGV[7], '#version', string.format('%.0f', version))
begin_aside(KEYS[3], ARGV[8])
for i = 11, #ARGV, 2 do
  redis.call('HSET', home(ARGV[i], ledger, KEYS[3]), ARGV[i], ARGV[i + 1])
end
redis.call('SET', KEYS[2], '1', 'EX', ARGV[10])
return 'restored'
