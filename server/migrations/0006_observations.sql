-- When an account was started on its present credential: what was seen of it before that is of an earlier one.
ALTER TABLE account_observations ADD COLUMN started_at timestamptz;

-- For what is missing from a snapshot, which looks at observed rows alone. Without a condition of its own the planner took it for the
-- status of one tenant, too, and went through the accounts of the whole gateway.
DROP INDEX account_observations_by_gateway;
CREATE INDEX observed_accounts_by_gateway ON account_observations (gateway_id) WHERE observation IS NOT NULL;
