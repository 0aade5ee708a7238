-- What LLM calls cost, whom, and what may be spent (server/src/llm/, server/src/usage/). Money is in nano-dollars (1e-9 USD).

-- The version of each tenant's LLM key, which is made of it and kept nowhere (server/src/vault/llm-keys.ts); no row: 1.
CREATE TABLE llm_keys (
  billing_account_id text PRIMARY KEY REFERENCES billing_accounts,
  version integer NOT NULL,
  -- Until when the version before is taken, too.
  previous_until timestamptz
);

-- What a million tokens cost from that day on. Written from config/prices.json and by `ops prices import`.
CREATE TABLE model_prices (
  model text NOT NULL,
  valid_from date NOT NULL,
  input_nano bigint NOT NULL CHECK (input_nano >= 0),
  -- Of tokens that the upstream had in its cache; null: as other input.
  cached_input_nano bigint CHECK (cached_input_nano >= 0),
  output_nano bigint NOT NULL CHECK (output_nano >= 0),
  -- The most that one answer may have; null: nobody told.
  max_output_tokens integer CHECK (max_output_tokens > 0),
  -- A file's name, or who told.
  source text NOT NULL,
  PRIMARY KEY (model, valid_from)
);

-- What a tenant's agent may use; null: not limited.
CREATE TABLE limits (
  billing_account_id text PRIMARY KEY REFERENCES billing_accounts,
  day_nano bigint CHECK (day_nano > 0),
  month_nano bigint CHECK (month_nano > 0),
  -- The operator's own bound, which the tenant can't change.
  operator_month_nano bigint CHECK (operator_month_nano > 0),
  calls_per_minute integer CHECK (calls_per_minute > 0),
  tokens_per_minute bigint CHECK (tokens_per_minute > 0),
  concurrent_calls integer CHECK (concurrent_calls > 0),
  messages_per_day integer CHECK (messages_per_day > 0),
  user_day_nano bigint CHECK (user_day_nano > 0),
  user_calls_per_minute integer CHECK (user_calls_per_minute > 0),
  user_messages_per_day integer CHECK (user_messages_per_day > 0),
  reached_text text NOT NULL DEFAULT '',
  -- One more with each change of the tenant's: whoever changes names the one that they saw.
  version integer NOT NULL DEFAULT 0,
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- How much of each limit was given to processes in a window, in slices: at least what was used, and what is left of a slice is
-- given back. A process that is killed takes its slices with it.
CREATE TABLE quotas (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  -- A limit's name (contract/src/limits.ts).
  name text NOT NULL,
  -- Whose, within the tenant: a person's hash, or '' for all.
  subject text NOT NULL,
  -- 2026-11, 2026-11-28 (in the tenant's time zone) or 2026-11-28T10:05 (UTC).
  during text NOT NULL,
  used bigint NOT NULL,
  -- When a call was first refused in it.
  refused_at timestamptz,
  drop_after timestamptz NOT NULL,
  PRIMARY KEY (billing_account_id, name, subject, during)
);
CREATE INDEX quotas_by_age ON quotas (drop_after);

-- How many calls each process may have under way at once, for tenants that are limited in it; renewed while it lives.
CREATE TABLE call_slots (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  process uuid NOT NULL,
  slots integer NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (billing_account_id, process)
);

-- Each attempt at a call, once. Rows are only ever added.
CREATE TABLE usage_events (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  call_id uuid NOT NULL,
  -- The same for all attempts of one call, as the caller says.
  logical_id text NOT NULL,
  request_id text NOT NULL,
  gateway_id text NOT NULL,
  at timestamptz NOT NULL,
  -- In the tenant's time zone.
  day date NOT NULL,
  -- '' for none, as in usage_days.
  channel text NOT NULL,
  conversation text,
  end_user text,
  model text NOT NULL,
  answered_by text,
  route text NOT NULL,
  streamed boolean NOT NULL,
  outcome text NOT NULL,
  limit_name text,
  status smallint NOT NULL,
  prompt_tokens bigint NOT NULL CHECK (prompt_tokens >= 0),
  cached_tokens bigint NOT NULL CHECK (cached_tokens BETWEEN 0 AND prompt_tokens),
  completion_tokens bigint NOT NULL CHECK (completion_tokens >= 0),
  reasoning_tokens bigint NOT NULL CHECK (reasoning_tokens BETWEEN 0 AND completion_tokens),
  cost_nano bigint NOT NULL CHECK (cost_nano >= 0),
  measured boolean NOT NULL,
  priced boolean NOT NULL,
  latency_ms integer NOT NULL,
  first_byte_ms integer,
  PRIMARY KEY (billing_account_id, call_id)
);
CREATE INDEX usage_by_time ON usage_events (billing_account_id, at DESC, call_id DESC);
CREATE INDEX usage_by_conversation ON usage_events (billing_account_id, conversation, at DESC);
CREATE INDEX usage_by_request ON usage_events (billing_account_id, request_id);

-- What the upstream says that a call cost: it replaces ours. Told before or after our own row, and of calls of which there is none.
CREATE TABLE upstream_costs (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  call_id uuid NOT NULL,
  at timestamptz NOT NULL,
  model text NOT NULL,
  prompt_tokens bigint NOT NULL CHECK (prompt_tokens >= 0),
  completion_tokens bigint NOT NULL CHECK (completion_tokens >= 0),
  cost_nano bigint NOT NULL CHECK (cost_nano >= 0),
  PRIMARY KEY (billing_account_id, call_id)
);
CREATE INDEX upstream_costs_by_time ON upstream_costs (billing_account_id, at);

-- What became of the message that calls were made for, by their logical id.
CREATE TABLE reply_fates (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  logical_id text NOT NULL,
  fate text NOT NULL CHECK (fate IN ('replied', 'silent', 'failed', 'dropped')),
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (billing_account_id, logical_id)
);

-- Sums of usage_events by day, channel and model, with the upstream's costs where it told any; kept as rows are added, and made
-- anew from them at will (`ops usage rebuild`).
CREATE TABLE usage_days (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  day date NOT NULL,
  channel text NOT NULL,
  model text NOT NULL,
  calls bigint NOT NULL,
  limited bigint NOT NULL,
  estimated bigint NOT NULL,
  unpriced bigint NOT NULL,
  prompt_tokens bigint NOT NULL,
  cached_tokens bigint NOT NULL,
  completion_tokens bigint NOT NULL,
  reasoning_tokens bigint NOT NULL,
  cost_nano bigint NOT NULL,
  PRIMARY KEY (billing_account_id, day, channel, model)
);

-- Money that came or was given, beside what was used. Rows are only ever added.
CREATE TABLE ledger_entries (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  at timestamptz NOT NULL DEFAULT now(),
  kind text NOT NULL CHECK (kind IN ('credit', 'top_up', 'correction')),
  amount_nano bigint NOT NULL CHECK (amount_nano <> 0),
  note text NOT NULL,
  made_by jsonb NOT NULL,
  PRIMARY KEY (billing_account_id, id)
);
