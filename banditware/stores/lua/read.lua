-- Answers version and counts of a ledger, or nothing if the version is the known one.
--
-- The counts are one text, names and numbers each on a line of their own: a client reads it several
-- times faster than as many answers, and no name has an end of line, as no line of a spool has.
--
-- Also answers 1 if there are more positions than ARGV[2]: then the next reader had better name the
-- excerpt. It is no key of everybody's, because while a slot of a cluster moves, scripts with keys
-- that are not there have to wait.
--
-- KEYS  ledger, maybe its excerpt
-- ARGV  known version, number of positions beyond which an excerpt is made, seconds that it lives

local excerpt = KEYS[2]
local head = redis.call('HMGET', KEYS[1], '#schema', '#version', '#epoch')
local refused = refusal(KEYS[1], head[1])
if refused then return refused end
local version = head[2] or '0'
if version == ARGV[1] then return false end
local current = excerpt and is_current(excerpt, head[3], head[2])
local answer, positions = {}, 0
local all = redis.call('HGETALL', current and excerpt or KEYS[1])
for i = 1, #all, 2 do
  local kind = string.sub(all[i], 1, 1)
  if kind == '@' then
    positions = positions + 1
  elseif kind ~= '#' and kind ~= '~' then
    answer[#answer + 1] = all[i]
    answer[#answer + 1] = all[i + 1]
  end
end
-- Counts can be read without it, so a server that takes no writes just now is no error: the first
-- one shows. What makes it current comes last.
local many = positions > tonumber(ARGV[2])
if many and excerpt and type(redis.pcall('HSET', excerpt, '#version', '')) == 'number' then
  redis.call('DEL', excerpt)
  in_groups(answer, function(...) redis.call('HSET', excerpt, ...) end)
  redis.call('HSET', excerpt, '#epoch', head[3], '#version', version)
  redis.call('EXPIRE', excerpt, ARGV[3])
end
return { version, table.concat(answer, '\n'), many and 1 or 0 }
