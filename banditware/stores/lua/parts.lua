-- Answers all of a ledger, notes and all.
--
-- KEYS  ledger

local refused = refusal(KEYS[1], redis.call('HGET', KEYS[1], '#schema'))
return refused or redis.call('HGETALL', KEYS[1])
