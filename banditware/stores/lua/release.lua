-- Forgets how far a spool was applied, and leaves a tombstone against what is still on its way.
--
-- KEYS  ledger, tombstone
-- ARGV  spool, seconds that the tombstone lives

local refused = refusal(KEYS[1], redis.call('HGET', KEYS[1], '#schema'))
if refused then return refused end
if redis.call('HEXISTS', KEYS[1], '@' .. ARGV[1]) == 0 then return 0 end
redis.call('SET', KEYS[2], '1', 'EX', ARGV[2])
return redis.call('HDEL', KEYS[1], '@' .. ARGV[1])
