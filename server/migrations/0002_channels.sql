-- What should be (registrations: the wish) and what is (observations: what the watcher last saw).

CREATE TABLE channel_registrations (
  id uuid PRIMARY KEY,
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  channel text NOT NULL CHECK (channel ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
  account_id text NOT NULL CHECK (account_id = 'tenant-' || billing_account_id),
  display_name text,
  credential_type text NOT NULL CHECK (credential_type IN ('bot_token', 'oauth_token', 'state_dir')),
  -- A sealed JSON object of fields; null once the registration is closed.
  encrypted_credential bytea,
  encryption_key_id text,
  -- Stands in the credential's reference at the gateway; never the same twice, not even after a restore.
  credential_version bigint NOT NULL,
  -- Keyed; null until the messenger accepted the credential, which claims it for this tenant.
  credential_fingerprint bytea,
  desired_state text NOT NULL CHECK (desired_state IN ('connected', 'disconnected')),
  access text NOT NULL DEFAULT 'everyone' CHECK (access IN ('everyone', 'approval')),
  -- Counts the wishes; settled is the one last brought to an end, outcome its problem if it had one.
  generation bigint NOT NULL DEFAULT 1,
  settled_generation bigint,
  outcome text,
  wished_at timestamptz NOT NULL DEFAULT now(),
  connected_at timestamptz,
  disconnected_at timestamptz,
  CHECK ((encrypted_credential IS NULL) = (encryption_key_id IS NULL)),
  CHECK (disconnected_at IS NULL OR (encrypted_credential IS NULL AND credential_fingerprint IS NULL))
);
CREATE UNIQUE INDEX one_active_registration ON channel_registrations (billing_account_id, channel)
  WHERE disconnected_at IS NULL;
-- One credential has one owner, whichever tenant that is.
CREATE UNIQUE INDEX one_owner_per_credential ON channel_registrations (channel, credential_fingerprint)
  WHERE disconnected_at IS NULL AND credential_fingerprint IS NOT NULL;
CREATE INDEX unsettled_registrations ON channel_registrations (wished_at)
  WHERE disconnected_at IS NULL AND settled_generation IS DISTINCT FROM generation;

CREATE TABLE account_observations (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  gateway_id text NOT NULL REFERENCES gateways,
  channel text NOT NULL,
  account_id text NOT NULL,
  -- What the gateway told of the account; null when it knows no such account.
  observation jsonb,
  -- When the observation last changed; how fresh the whole is, gateways.observed_at tells.
  observed_at timestamptz,
  -- The state derived from the observation, and since when it has been so.
  state text,
  state_since timestamptz,
  display_name text,
  -- The credential version last started there; the gateway does not tell.
  started_version bigint,
  PRIMARY KEY (billing_account_id, channel, gateway_id)
);
CREATE INDEX account_observations_by_gateway ON account_observations (gateway_id);
