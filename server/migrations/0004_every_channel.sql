-- Logins by QR, how states went over time, and people who wait to be let in.

-- No query asks for it any more: a wish that nobody heard of is found by the sweep over all of a gateway's accounts.
DROP INDEX unsettled_registrations;

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
  -- The end of our patience with it; null until the gateway was first asked for a code.
  expires_at timestamptz,
  -- Why it failed.
  problem text,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  -- When nothing of it was left to do: it succeeded, or the gateway was rid of it.
  finished_at timestamptz,
  CHECK ((qr IS NOT NULL) = (status = 'offered')),
  CHECK ((ended_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'cancelled'))),
  UNIQUE (billing_account_id, channel)
);
CREATE INDEX unfinished_logins ON channel_logins (gateway_id) WHERE finished_at IS NULL;

-- How the account has fared since it was last steady (channels/steadiness.ts): a blip is not an outage, and one that comes
-- and goes is not connected. Null: nothing is known.
ALTER TABLE account_observations ADD COLUMN steadiness jsonb;

-- Each state an account was in, from when; the timeline of page and API.
CREATE TABLE account_state_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  channel text NOT NULL,
  at timestamptz NOT NULL,
  state text NOT NULL,
  code text
);
CREATE INDEX account_state_changes_by_channel ON account_state_changes (billing_account_id, channel, at DESC, id DESC);
CREATE INDEX account_state_changes_by_age ON account_state_changes (at);

-- People who wrote to an account that takes messages by approval, and what was decided of them, until it is carried
-- out. The gateway forgets a request after an hour, and has room for three; here it waits for its tenant.
CREATE TABLE pending_senders (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  gateway_id text NOT NULL REFERENCES gateways,
  channel text NOT NULL,
  sender text NOT NULL,
  name text,
  -- By which the gateway knows the request, or knew it.
  request_id text NOT NULL,
  requested_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  decision text CHECK (decision IN ('approve', 'dismiss')),
  decided_at timestamptz,
  CHECK ((decision IS NULL) = (decided_at IS NULL)),
  PRIMARY KEY (billing_account_id, channel, sender)
);
CREATE INDEX pending_senders_by_gateway ON pending_senders (gateway_id);

-- Who was let in, until the channel is disconnected: a gateway that lost its state is told again.
CREATE TABLE approved_senders (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  channel text NOT NULL,
  sender text NOT NULL,
  name text,
  approved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (billing_account_id, channel, sender)
);

-- Whom it was done to, where that is not the channel itself.
ALTER TABLE audit_log ADD COLUMN subject text;
