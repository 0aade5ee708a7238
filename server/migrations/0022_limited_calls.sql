-- When calls of a tenant were last refused by a limit: looked up every few seconds by whoever looks for alerts.
CREATE INDEX usage_limited ON usage_events (billing_account_id, limit_name, at) WHERE outcome = 'limited';
