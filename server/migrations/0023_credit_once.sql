-- Whoever enters money names the request, so that one that is sent again enters nothing again, and is told what the first was told.
ALTER TABLE ledger_entries
  -- As the caller made it up; null: the entry was made without one.
  ADD COLUMN idempotency_key text,
  -- With the entry, as it was told.
  ADD COLUMN balance_nano numeric,
  ADD UNIQUE (billing_account_id, idempotency_key);
