-- When an account was started on its present credential: what was seen of it before that is of an earlier one.
ALTER TABLE account_observations ADD COLUMN started_at timestamptz;
