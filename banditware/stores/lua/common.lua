-- Put in front of every other script.
--
-- A ledger is one hash. Beside its counts, whose names have a slash, it holds
--   #schema   what these fields mean; never touched if it is not known
--   #version  changes with the counts
--   #epoch    made up when the hash is; the sets of once-keys carry it too, because a hash may be
--             lost (evicted, deleted) while they stay, and what is then applied again is not new
--   #origin   the first #epoch; a ledger that is restored gets a new epoch and keeps its origin
--   #backup   how many backups were made of it
--   #trail    the names of the last of them, all of one length
--   #cohorts  the cohorts that have a set
--   @SPOOL    how far the spool has been applied
--   ~ORIGIN   notes of what was copied here; see parts.py
-- Fields ~LETTER/..., and notes of such, are in a hash of their own: who reads counts does not come
-- by them. It has the #epoch of the ledger; with another one it is what a lost ledger left behind.
-- Where a ledger has the positions of many spools, its counts alone are in a hash of their own as
-- well, the excerpt, so that reading them does not take longer with every worker there is. It counts
-- only while it has #epoch and #version of the ledger: who changes a ledger and leaves the excerpt
-- alone, an older banditware for one, makes it stale, and the next reader writes it anew.

local SCHEMA = '1'

-- What a released spool is answered: behind every end.
local GONE = 9007199254740991

local function refusal(key, schema)
  if schema == SCHEMA then return nil end
  if schema then return redis.error_reply('BANDITWARE newer') end
  if redis.call('EXISTS', key) == 1 then return redis.error_reply('BANDITWARE foreign') end
  return nil
end

local function whole(text)
  return string.find(text, '^-?%d+$') ~= nil
end

-- Whole numbers stay exact up to 64 bits. Others are added as doubles and written with all their
-- digits: HINCRBYFLOAT would cut them after the 17th decimal.
local function add(key, field, text)
  if whole(text) then
    local answer = redis.pcall('HINCRBY', key, field, text)
    if type(answer) == 'number' then return end
  end
  local sum = tonumber(redis.call('HGET', key, field) or '0') + tonumber(text)
  redis.call('HSET', key, field, string.format('%.17g', sum))
end

local function is_aside(field)
  return string.find(field, '^~./') ~= nil or string.find(field, '^~[^/]*/~') ~= nil
end

-- Fields of a ledger wherever they are: counts in one hash, what is kept aside in the other.
local function home(field, ledger, aside)
  return is_aside(field) and aside or ledger
end

-- All that is kept aside, but for the epoch.
local function read_aside(aside, epoch)
  local all = redis.call('HGETALL', aside)
  local found, fits = {}, false
  for i = 1, #all, 2 do
    if all[i] == '#epoch' then
      fits = all[i + 1] == epoch
    else
      found[#found + 1] = all[i]
      found[#found + 1] = all[i + 1]
    end
  end
  return fits and found or {}
end

-- Makes sure that what is kept aside belongs to this ledger, before something is written there.
local function begin_aside(aside, epoch)
  if redis.call('HGET', aside, '#epoch') == epoch then return end
  redis.call('DEL', aside)
  redis.call('HSET', aside, '#epoch', epoch)
end

-- Whether the backups that were made of a ledger are those that led to one of this number and name.
local function contains(stored, trail, number, name)
  if stored < number then return false end
  local before = string.sub(trail, 1, math.max(0, #trail - (stored - number) * #name))
  return before == '' or string.sub(before, -#name) == name
end

-- Whether an excerpt has what a ledger of this epoch and version has.
local function is_current(excerpt, epoch, version)
  local head = redis.call('HMGET', excerpt, '#epoch', '#version')
  return epoch and version and head[1] == epoch and head[2] == version
end

-- Calls with long lists of arguments, some at a time: Lua's stack has room for some thousands.
local function in_groups(list, call)
  for from = 1, #list, 1000 do
    call(unpack(list, from, math.min(#list, from + 999)))
  end
end
