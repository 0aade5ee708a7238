-- A tenant may be suspended, which keeps everything, and be deleted, which takes steps and ends with nothing left.

ALTER TABLE billing_accounts DROP CONSTRAINT billing_accounts_status_check,
  ADD CONSTRAINT billing_accounts_status CHECK (status IN ('active', 'suspended', 'deleting'));

-- How far the erasure of a tenant has come; gone with the tenant.
CREATE TABLE tenant_deletions (
  billing_account_id text PRIMARY KEY REFERENCES billing_accounts,
  requested_at timestamptz NOT NULL DEFAULT now(),
  -- What is being erased: the accounts at the messengers, what the gateway keeps, the rows here.
  step text NOT NULL DEFAULT 'accounts' CHECK (step IN ('accounts', 'gateway', 'records'))
);

-- Ids that can't be taken again: backups of database and gateway may still hold what was theirs. A pseudonym is keyed, so
-- that nobody who reads the table can tell which tenant it was (vault/pseudonyms.ts).
CREATE TABLE erased_tenants (
  pseudonym text PRIMARY KEY,
  erased_at timestamptz NOT NULL DEFAULT now()
);

-- What is kept of an erased tenant's audit_log: what was done and when, with pseudonyms for all whom it names. Apart, because
-- no tenant may read it, and because rows of audit_log name tenants that there are.
CREATE TABLE erased_audit_log (
  -- As in audit_log.
  id bigint PRIMARY KEY,
  pseudonym text NOT NULL,
  at timestamptz NOT NULL,
  actor jsonb NOT NULL,
  action text NOT NULL,
  channel text,
  outcome text NOT NULL,
  subject text
);
CREATE INDEX erased_audit_log_by_pseudonym ON erased_audit_log (pseudonym, id DESC);
