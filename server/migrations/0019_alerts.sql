-- What is wrong, for whom, since when: found by looking at how things are, told on the page, by mail and by webhook
-- (server/src/alerts/).

CREATE TABLE alerts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- Null: the platform's own, which its administrators see and no tenant.
  billing_account_id text REFERENCES billing_accounts,
  kind text NOT NULL,
  channel text,
  -- What else it is about: the id of a key, an endpoint, a gateway; and what people call it.
  subject text,
  subject_name text,
  account_id text,
  -- The cause, by a code of contract/src/errors.ts, and whether a person has to do something.
  code text NOT NULL,
  needs_person boolean NOT NULL,
  began_at timestamptz NOT NULL,
  -- Of what is about to end: when.
  ends_at timestamptz,
  -- How long it has been seen to be so, in steps no longer than a look's: a clock that jumps makes nothing older.
  held_ms bigint NOT NULL DEFAULT 0,
  looked_at timestamptz NOT NULL,
  -- Null while it has not lasted long enough to be told.
  opened_at timestamptz,
  resolved_at timestamptz,
  -- withdrawn: nothing was mended, it is about nothing any more, as after a disconnect.
  resolution text CHECK (resolution IN ('recovered', 'withdrawn')),
  acknowledged_at timestamptz,
  -- As the audit log names people and keys.
  acknowledged_by jsonb,
  -- When it was handed to mail, and whether a person had something to do then.
  announced_at timestamptz,
  announced_needs_person boolean,
  CHECK ((resolved_at IS NULL) = (resolution IS NULL)),
  CHECK (opened_at IS NOT NULL OR resolved_at IS NULL),
  CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
);
-- However many processes look at the same time.
CREATE UNIQUE INDEX one_open_alert ON alerts (billing_account_id, kind, channel, subject) NULLS NOT DISTINCT
  WHERE resolved_at IS NULL;
CREATE INDEX standing_alerts ON alerts (billing_account_id) WHERE resolved_at IS NULL;
CREATE INDEX resolved_alerts ON alerts (billing_account_id, resolved_at DESC, id DESC) WHERE resolved_at IS NOT NULL;
CREATE INDEX announced_alerts ON alerts (billing_account_id, announced_at) WHERE announced_at IS NOT NULL;
CREATE INDEX alerts_by_age ON alerts (resolved_at) WHERE resolved_at IS NOT NULL;

-- Who is yet to be told what by mail. What waits for the same person and tenant when a mail is sent goes into that one.
CREATE TABLE alert_notices (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  billing_account_id text REFERENCES billing_accounts,
  user_id text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
  alert_id uuid NOT NULL REFERENCES alerts ON DELETE CASCADE,
  news text NOT NULL CHECK (news IN ('opened', 'worse', 'recovered')),
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  -- A process is about to send it; when it has died, another does.
  claimed_until timestamptz,
  sent_at timestamptz,
  -- The mail it went with.
  mail_id uuid,
  CHECK ((sent_at IS NULL) = (mail_id IS NULL)),
  UNIQUE (alert_id, user_id, news)
);
CREATE INDEX unsent_notices ON alert_notices (user_id, billing_account_id) WHERE sent_at IS NULL;
CREATE INDEX sent_notices ON alert_notices (user_id, sent_at) WHERE sent_at IS NOT NULL;

-- Whether they want mail about alerts: of each tenant they look after, and of the platform.
ALTER TABLE members ADD COLUMN alert_mails boolean NOT NULL DEFAULT true;
ALTER TABLE platform_administrators ADD COLUMN alert_mails boolean NOT NULL DEFAULT true;

-- The language in which they last read the pages; null: not known yet.
ALTER TABLE auth."user" ADD COLUMN locale text;

-- A key that is replaced ends because somebody wished so: nobody is to be warned of that.
ALTER TABLE api_keys ADD COLUMN replaced_at timestamptz;
CREATE INDEX expiring_credentials ON connections (expires_at) WHERE revoked_at IS NULL;
CREATE INDEX expiring_keys ON api_keys (expires_at) WHERE revoked_at IS NULL AND replaced_at IS NULL;

-- From when until when it may go away, and its accounts with it, as planned.
ALTER TABLE gateways
  ADD COLUMN planned_from timestamptz,
  ADD COLUMN planned_until timestamptz,
  ADD CHECK ((planned_from IS NULL) = (planned_until IS NULL));
