-- People who look after the installation: its gateways, and which tenants there are. A role apart from every tenant's.

CREATE TABLE platform_administrators (
  user_id text PRIMARY KEY REFERENCES auth."user" ON DELETE CASCADE,
  since timestamptz NOT NULL DEFAULT now()
);

-- As invitations to a tenant are: a link that is good once, for some days, for one address.
CREATE TABLE platform_invitations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL CHECK (email = lower(email)),
  -- SHA-256 of the token in the link: whoever reads the table can accept none of them.
  token_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  accepted_at timestamptz,
  revoked_at timestamptz
);
-- A newer one for the same address takes the place of the one before it.
CREATE UNIQUE INDEX platform_invitations_one_for_an_address ON platform_invitations (email)
  WHERE accepted_at IS NULL AND revoked_at IS NULL;

-- What was done to the installation. Apart from audit_log, whose every row belongs to a tenant and stands behind its wall.
CREATE TABLE platform_audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  -- {"kind": "person" | "system", "id": "…"}
  actor jsonb NOT NULL,
  action text NOT NULL,
  -- Whom or what it was done to: the id of a tenant, a gateway or an invitation.
  subject text NOT NULL,
  outcome text NOT NULL,
  request_id text
);
