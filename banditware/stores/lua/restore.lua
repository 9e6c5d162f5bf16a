-- Puts a backup in place of a ledger that was lost; see `judge` in base.py for when.
--
-- KEYS  ledger, its peace
-- ARGV  origin, number, version and floor of the backup, new epoch, how far to leap with the
--       version, seconds of peace, {field, number}, spools among them

local ledger, number = KEYS[1], tonumber(ARGV[2])
local head = redis.call('HMGET', ledger, '#schema', '#origin', '#backup', '#version')
local refused = refusal(ledger, head[1])
if refused then return refused end
local stored = tonumber(head[3] or '0')
if head[1] and head[2] == ARGV[1] then
  if stored >= number then return 'contained' end
  if stored >= tonumber(ARGV[4]) then
    redis.call('SET', KEYS[2], '1', 'EX', ARGV[7])
    return 'behind'
  end
elseif head[1] and stored > 0 then
  return 'other'
end
local version = math.max(tonumber(ARGV[3]), tonumber(head[4] or '0')) + tonumber(ARGV[6])
redis.call('DEL', ledger)
redis.call('HSET', ledger, '#schema', SCHEMA, '#epoch', ARGV[5], '#origin', ARGV[1],
  '#backup', ARGV[2], '#version', string.format('%.0f', version))
for i = 8, #ARGV, 2 do redis.call('HSET', ledger, ARGV[i], ARGV[i + 1]) end
redis.call('SET', KEYS[2], '1', 'EX', ARGV[7])
return 'restored'
