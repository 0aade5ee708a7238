-- People are invited to a tenant by a link that is good once, for some days, for one address.

CREATE TABLE invitations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  email text NOT NULL CHECK (email = lower(email)),
  role text NOT NULL CHECK (role IN ('viewer', 'manager', 'admin', 'owner')),
  -- SHA-256 of the token in the link: whoever reads the table can accept none of them.
  token_hash bytea NOT NULL UNIQUE,
  -- Null for the operator, and for someone who is gone.
  invited_by text REFERENCES auth."user" ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  accepted_at timestamptz,
  revoked_at timestamptz
);
-- A newer one for the same address takes the place of the one before it.
CREATE UNIQUE INDEX invitations_one_for_an_address ON invitations (billing_account_id, email)
  WHERE accepted_at IS NULL AND revoked_at IS NULL;

-- A key is no way to become an owner, whoever writes its row.
ALTER TABLE api_keys ADD CONSTRAINT api_keys_scopes CHECK (NOT scopes && '{members:write,tenant:write}');
