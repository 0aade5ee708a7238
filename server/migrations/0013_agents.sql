-- What each tenant's agent is told to be, and by which of the operator's models it answers.

CREATE TABLE agents (
  billing_account_id text PRIMARY KEY REFERENCES billing_accounts,
  instructions text NOT NULL CHECK (octet_length(instructions) <= 8192),
  greeting text NOT NULL CHECK (octet_length(greeting) <= 1024),
  -- Null: the operator's first.
  model text,
  -- One more with each change: whoever changes names the one that they saw.
  version integer NOT NULL DEFAULT 1,
  -- The one that the gateway was last seen to have.
  applied_version integer,
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- Which models the operator offers, the default first; written by the worker, for the processes that only answer the API.
ALTER TABLE gateways ADD COLUMN models text[] NOT NULL DEFAULT '{}';
