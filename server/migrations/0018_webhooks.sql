-- Where a tenant's programs are told what happens: endpoints of theirs, and each message on its way to them.

CREATE TABLE webhook_endpoints (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  url text NOT NULL,
  description text NOT NULL,
  -- Of contract/src/webhooks.ts.
  event_types text[] NOT NULL CHECK (cardinality(event_types) > 0),
  -- Sealed. During a rotation the one before signs, too, until its time is over.
  encrypted_secret bytea NOT NULL,
  encryption_key_id text NOT NULL,
  encrypted_previous_secret bytea,
  previous_encryption_key_id text,
  previous_until timestamptz,
  -- What happens while it is paused waits for it. Why: a person wished it, it said that it is gone, it failed for too long, or
  -- its secret was lost with an encryption key, and another one was made.
  paused_at timestamptz,
  paused_because text CHECK (paused_because IN ('wished', 'gone', 'failing', 'secret_lost')),
  -- Since when nothing but failures came of it, and how many; null while the last attempt succeeded, or there was none.
  failing_since timestamptz,
  failures integer NOT NULL DEFAULT 0,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  -- {kind, id}: a person or a key.
  created_by jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(encrypted_previous_secret, previous_encryption_key_id, previous_until) IN (0, 3)),
  CHECK (num_nonnulls(paused_at, paused_because) IN (0, 2))
);
CREATE INDEX webhook_endpoints_by_tenant ON webhook_endpoints (billing_account_id, created_at);

-- The queue and the log in one: what became of a message stands where it waited.
CREATE TABLE webhook_deliveries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- In which order they were written, which is the order of a lane.
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
  -- The `webhook-id`: the same for all endpoints, and over all attempts.
  event_id uuid NOT NULL,
  type text NOT NULL,
  channel text,
  -- What is sent one after the other: an account's messages. One that a person asked for has a lane of its own.
  lane text NOT NULL,
  -- To the byte what is sent and signed.
  body text NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'delivered', 'failed')),
  -- Since it was last begun: by its event, by a person, or by the end of a pause.
  tries integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  -- Who sends it, and until when nobody else may.
  claim uuid,
  claimed_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Delivered, or given up.
  finished_at timestamptz,
  CHECK ((state = 'sending') = (claim IS NOT NULL)),
  CHECK (num_nonnulls(claim, claimed_until) IN (0, 2)),
  CHECK ((state IN ('delivered', 'failed')) = (finished_at IS NOT NULL))
);
-- By which the head of each lane is found without going through what waits behind it.
CREATE INDEX webhook_deliveries_unfinished ON webhook_deliveries (endpoint_id, lane, seq) WHERE finished_at IS NULL;
CREATE INDEX webhook_deliveries_by_tenant ON webhook_deliveries (billing_account_id, seq DESC);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, seq DESC);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  delivery_id uuid NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
  at timestamptz NOT NULL,
  took_ms integer NOT NULL,
  -- Null: there was no answer.
  status smallint,
  -- A word for why it failed; null: it did not.
  failure text,
  -- Some of the answer's, and how its body begins.
  headers jsonb NOT NULL,
  body text NOT NULL
);
CREATE INDEX webhook_attempts_by_delivery ON webhook_attempts (delivery_id, id);
