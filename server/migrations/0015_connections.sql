-- One table for whatever a tenant is connected to: a channel today, something else tomorrow without a change of schema.
-- What stands in channel_registrations is sealed for that table, so it is moved by a program that has the keys, row by row
-- (server/src/vault/move.ts). It stays for that alone; access.sql takes it away from everyone else.

-- Their names go to the new table.
ALTER INDEX one_active_registration RENAME TO one_registration;
ALTER INDEX one_owner_per_credential RENAME TO one_owner_per_registered_credential;
-- What moves shows as it did before, in its new place.
DROP TRIGGER notify_insert ON channel_registrations;
DROP TRIGGER notify_update ON channel_registrations;
DROP TRIGGER notify_delete ON channel_registrations;

CREATE TABLE connections (
  id uuid PRIMARY KEY,
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  -- What it is a connection to. A channel's is `openclaw:<channel>`: written by providerOf in server/src/db/connections.ts, and
  -- read by the column below, nowhere else.
  provider text NOT NULL CHECK (provider ~ '^[a-z0-9][a-z0-9_-]{0,63}(:[a-z0-9][a-z0-9_-]{0,63})?$'),
  -- Null for what is no channel.
  channel text GENERATED ALWAYS AS (substring(provider FROM '^openclaw:(.+)$')) STORED,
  account_id text,
  display_name text,
  credential_type text NOT NULL CHECK (credential_type ~ '^[a-z][a-z0-9_]{0,63}$'),
  -- A sealed JSON object of fields, bound to tenant, row and provider; null for a session, which the gateway keeps.
  encrypted_credentials bytea,
  encryption_key_id text,
  -- Stands in the credential's reference at the gateway; never the same twice, not even after a restore.
  credential_version bigint NOT NULL DEFAULT 1,
  -- Keyed; null until the messenger accepted the credential, which claims it for this tenant.
  credential_fingerprint bytea,
  -- What the credential may do, where its provider tells.
  scopes text[] NOT NULL DEFAULT '{}',
  -- When its provider refuses the credential from; null: not known, or never.
  expires_at timestamptz,
  -- Actors, as in audit_log.
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- When the credential was last given out, or the session last started; to the minute.
  last_used_at timestamptz,
  -- Closed: nothing is left of the credential. By whom is written with the wish, before it is carried out.
  revoked_at timestamptz,
  revoked_by jsonb,
  desired_state text NOT NULL DEFAULT 'connected' CHECK (desired_state IN ('connected', 'disconnected')),
  access text NOT NULL DEFAULT 'everyone' CHECK (access IN ('everyone', 'approval')),
  -- Counts the wishes; settled is the one last brought to an end, outcome its problem if it had one.
  generation bigint NOT NULL DEFAULT 1,
  settled_generation bigint,
  outcome text,
  wished_at timestamptz NOT NULL DEFAULT now(),
  connected_at timestamptz,
  CHECK ((encrypted_credentials IS NULL) = (encryption_key_id IS NULL)),
  CHECK (revoked_at IS NULL OR (encrypted_credentials IS NULL AND credential_fingerprint IS NULL)),
  CHECK ((revoked_at IS NULL AND desired_state = 'connected') = (revoked_by IS NULL)),
  -- Of a channel more is known than of what may come.
  CHECK (channel IS NULL OR credential_type IN ('bot_token', 'channel_session')),
  CHECK (channel IS NULL OR account_id IS NOT DISTINCT FROM 'tenant-' || billing_account_id),
  CHECK (credential_type <> 'channel_session' OR encrypted_credentials IS NULL)
);
CREATE UNIQUE INDEX one_active_connection ON connections (billing_account_id, provider) WHERE revoked_at IS NULL;
-- One credential has one owner, whichever tenant that is.
CREATE UNIQUE INDEX one_owner_per_credential ON connections (provider, credential_fingerprint)
  WHERE revoked_at IS NULL AND credential_fingerprint IS NOT NULL;

-- Who asked for the code, and so makes the connection that comes of it; null for logins of before.
ALTER TABLE channel_logins ADD COLUMN requested_by jsonb;

-- As in 0005_change_notifications.sql; when a credential was last used shows nowhere, either.
CREATE OR REPLACE FUNCTION notify_of_changed_tenants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('cogni', json_build_object('about', 'change', 'billingAccountIds', json_agg(id))::text)
  FROM (SELECT id, (row_number() OVER () - 1) / 100 AS batch FROM (
          SELECT DISTINCT billing_account_id AS id FROM (
            SELECT billing_account_id, to_jsonb(w) - 'observed_at' - 'steadiness' - 'last_used_at' #- '{observation,lastTransportActivityAt}' FROM written w
            EXCEPT
            SELECT billing_account_id, to_jsonb(r) - 'observed_at' - 'steadiness' - 'last_used_at' #- '{observation,lastTransportActivityAt}' FROM replaced r
          ) AS changed) AS ids) AS numbered
  GROUP BY batch;
  RETURN NULL;
END $$;
CREATE TRIGGER notify_insert AFTER INSERT ON connections REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION notify_of_tenants();
CREATE TRIGGER notify_delete AFTER DELETE ON connections REFERENCING OLD TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION notify_of_tenants();
CREATE TRIGGER notify_update AFTER UPDATE ON connections REFERENCING OLD TABLE AS replaced NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION notify_of_changed_tenants();
