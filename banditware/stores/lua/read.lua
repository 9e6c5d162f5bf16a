-- Answers version and counts of a ledger, or nothing if the version is the known one.
--
-- The counts are one text, names and numbers each on a line of their own: a client reads it several
-- times faster than as many answers, and no name has an end of line, as no line of a spool has.
--
-- KEYS  ledger
-- ARGV  known version

local head = redis.call('HMGET', KEYS[1], '#schema', '#version')
local refused = refusal(KEYS[1], head[1])
if refused then return refused end
local version = head[2] or '0'
if version == ARGV[1] then return false end
local answer = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local kind = string.sub(all[i], 1, 1)
  if kind ~= '#' and kind ~= '@' and kind ~= '~' then
    answer[#answer + 1] = all[i]
    answer[#answer + 1] = all[i + 1]
  end
end
return { version, table.concat(answer, '\n') }
