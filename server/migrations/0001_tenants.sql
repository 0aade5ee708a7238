-- Tenants, the gateways they are placed on, and what belongs to neither a channel nor a person.
-- Who may see and do what stands in access.sql.

-- One row: which installation this database is. A gateway carries the same id, and another installation's is not
-- written to.
CREATE TABLE installation (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO installation DEFAULT VALUES;

CREATE TABLE billing_accounts (
  -- Fits OpenClaw's 64 characters with "tenant-" before it, and survives there unchanged.
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9_-]{0,55}$'),
  name text NOT NULL,
  plan text NOT NULL DEFAULT 'standard',
  time_zone text NOT NULL DEFAULT 'UTC',
  placement_wish text NOT NULL DEFAULT 'shared' CHECK (placement_wish IN ('shared', 'cell')),
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE gateways (
  id text PRIMARY KEY,
  url text NOT NULL,
  -- SHA-256 of the gateway's own token, by which it identifies itself to the credential resolver.
  token_hash bytea NOT NULL UNIQUE,
  installation_id uuid NOT NULL,
  -- The one process that writes to the gateway and watches it, and until when.
  lease_holder text,
  lease_until timestamptz,
  reachable boolean NOT NULL DEFAULT false,
  observed_at timestamptz,
  -- Accounts, counted at placement.
  capacity integer NOT NULL DEFAULT 100 CHECK (capacity > 0),
  draining boolean NOT NULL DEFAULT false,
  -- The channels it offers and what each takes, as last read from it, so that pages show them while it is away and
  -- API processes need no connection to it. The version moves with every change.
  catalog jsonb NOT NULL DEFAULT '[]',
  catalog_version integer NOT NULL DEFAULT 0
);

CREATE TABLE placements (
  billing_account_id text PRIMARY KEY REFERENCES billing_accounts,
  gateway_id text NOT NULL REFERENCES gateways,
  placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX placements_by_gateway ON placements (gateway_id);

CREATE TABLE api_keys (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  name text NOT NULL,
  -- The key's first characters, by which people recognise it.
  prefix text NOT NULL,
  -- SHA-256 of the key. It has 256 random bits, so there is nothing to guess and nothing to stretch.
  key_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_keys_by_tenant ON api_keys (billing_account_id);

CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  at timestamptz NOT NULL DEFAULT now(),
  -- {"kind": "person" | "key" | "system", "id": "…"}
  actor jsonb NOT NULL,
  action text NOT NULL,
  channel text,
  account_id text,
  outcome text NOT NULL,
  request_id text
);
CREATE INDEX audit_log_by_tenant ON audit_log (billing_account_id, id DESC);

-- Secrets of the installation itself, sealed like credentials: the key of the fingerprints.
CREATE TABLE vault_secrets (
  name text PRIMARY KEY,
  sealed bytea NOT NULL,
  encryption_key_id text NOT NULL
);
