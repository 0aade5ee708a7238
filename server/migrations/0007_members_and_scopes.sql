-- A person may belong to several tenants, with a role in each; a key may do what its scopes say, for as long as it is meant to.

CREATE TABLE members (
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  user_id text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('viewer', 'manager', 'admin', 'owner')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (billing_account_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id, created_at);

-- Until now each person had one tenant, and could do everything there.
INSERT INTO members (billing_account_id, user_id, role, created_at)
  SELECT billing_account_id, id, 'owner', "createdAt" FROM auth."user";
ALTER TABLE auth."user" DROP COLUMN billing_account_id;

-- Keys made before there were scopes do what they did.
ALTER TABLE api_keys
  ADD COLUMN scopes text[] NOT NULL DEFAULT '{account:read,channels:read,channels:write}',
  ADD COLUMN expires_at timestamptz,
  -- {"kind": "person" | "key", "id": "…"}; null for keys of the operator, and older ones.
  ADD COLUMN created_by jsonb;
ALTER TABLE api_keys ALTER COLUMN scopes DROP DEFAULT;
