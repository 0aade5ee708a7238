-- While a gateway's token is rotated, it may prove itself by the one before, too: until `previous_token_until`, or, as long as
-- that is null, until the rotation ends. The hash stays after that, so that a process with outdated settings is known as such.
ALTER TABLE gateways
  ADD COLUMN previous_token_hash bytea,
  ADD COLUMN previous_token_until timestamptz;
