-- Logins by QR, how states went over time, and people who wait to be let in.

-- The login under way or last ended of each channel; one per tenant and channel. Its session at the messenger lives in
-- the gateway; what is kept here is what a page shows, and enough to go on with it after a restart.
CREATE TABLE channel_logins (
  id uuid PRIMARY KEY,
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  gateway_id text NOT NULL REFERENCES gateways,
  channel text NOT NULL CHECK (channel ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
  account_id text NOT NULL CHECK (account_id = 'tenant-' || billing_account_id),
  access text NOT NULL CHECK (access IN ('everyone', 'approval')),
  -- requested: no code yet; offered: a code is on offer; the rest are ends.
  status text NOT NULL CHECK (status IN ('requested', 'offered', 'succeeded', 'failed', 'cancelled')),
  -- Counts the codes asked for, so that an answer to an earlier request changes nothing.
  generation bigint NOT NULL DEFAULT 1,
  -- A data URL; null unless offered.
  qr text,
  -- The gateway's name for it, by which waiting goes on.
  session_key text,
  expires_at timestamptz,
  -- Why it failed.
  problem text,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  CHECK ((qr IS NOT NULL) = (status = 'offered')),
  UNIQUE (billing_account_id, channel)
);
CREATE INDEX channel_logins_by_gateway ON channel_logins (gateway_id) WHERE status IN ('requested', 'offered');

-- Since when the account is not seen up, though it was: a blip is not an outage. Null while it is up.
ALTER TABLE account_observations ADD COLUMN down_since timestamptz;

-- Each state an account was in, from when; the timeline of page and API.
CREATE TABLE account_state_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  channel text NOT NULL,
  at timestamptz NOT NULL,
  state text NOT NULL,
  code text
);
CREATE INDEX account_state_changes_by_channel ON account_state_changes (billing_account_id, channel, at DESC);

-- People who wrote to an account that takes messages by approval, as the gateway last told; and what was decided
-- of them, until the gateway has been told.
CREATE TABLE pending_senders (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  gateway_id text NOT NULL REFERENCES gateways,
  channel text NOT NULL,
  sender text NOT NULL,
  name text,
  -- By which the gateway is told to approve.
  code text NOT NULL,
  requested_at timestamptz NOT NULL,
  expires_at timestamptz,
  decision text CHECK (decision IN ('approve', 'dismiss')),
  decided_at timestamptz,
  PRIMARY KEY (billing_account_id, channel, sender)
);
