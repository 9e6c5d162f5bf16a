-- Adds fields to others and deletes them, and lets sets of once-keys expire.
--
-- KEYS  ledger, what it keeps aside, sets of once-keys
-- ARGV  how many moves, {field, field it is added to}, {cohort of a set, seconds it still lives}

local ledger, aside = KEYS[1], KEYS[2]
local head = redis.call('HMGET', ledger, '#schema', '#cohorts', '#epoch')
local refused = refusal(ledger, head[1])
if refused or not head[1] then return refused or 0 end

local at, moved, targets, left_behind = 2, 0, {}, nil
local function place(field)
  if not is_aside(field) then return ledger end
  if left_behind == nil then left_behind = redis.call('HGET', aside, '#epoch') ~= head[3] end
  return not left_behind and aside or nil
end
local function move(source, target)
  local key = place(source)
  local number = key and redis.call('HGET', key, source)
  if not number then return end
  redis.call('HDEL', key, source)
  add(key, target, number)
  moved = moved + 1
end
for _ = 1, tonumber(ARGV[1]) do
  move(ARGV[at], ARGV[at + 1])
  targets[ARGV[at]] = ARGV[at + 1]
  at = at + 2
end
-- Notes of what was copied here are folded together with the counts they speak of.
for _, key in ipairs(moved > 0 and { ledger, aside } or {}) do
  for _, name in ipairs(redis.call('HKEYS', key)) do
    local note, field = string.match(name, '^(~[^/][^/]+/)(.*)$')
    if targets[field] then move(name, note .. targets[field]) end
  end
end
if moved > 0 then redis.call('HINCRBY', ledger, '#version', 1) end

local gone = {}
for i = 3, #KEYS do
  local seconds = tonumber(ARGV[at + 1])
  if seconds <= 0 then
    redis.call('DEL', KEYS[i])
    gone[ARGV[at]] = true
  -- Who folds every minute need not write every minute: the end is the same within a day.
  elseif math.abs(redis.call('TTL', KEYS[i]) - seconds) > 86400 then
    redis.call('EXPIRE', KEYS[i], seconds)
  end
  at = at + 2
end
if next(gone) then
  local left = {}
  for cohort in string.gmatch(head[2] or '', '%S+') do
    if not gone[cohort] then left[#left + 1] = cohort end
  end
  redis.call('HSET', ledger, '#cohorts', table.concat(left, ' '))
end
return moved
