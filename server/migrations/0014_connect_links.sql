-- A platform hands its customer a link by which they connect channels without an account. It is opened once; what was
-- opened ends when the link does.

CREATE TABLE connect_links (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  billing_account_id text NOT NULL REFERENCES billing_accounts,
  -- SHA-256 of the token in the link, and of the bearer it was exchanged for: whoever reads the table can use neither.
  token_hash bytea NOT NULL UNIQUE,
  bearer_hash bytea UNIQUE,
  -- Null: all of them.
  channels text[],
  return_url text,
  -- Who made it. The link does nothing that they may not have done any more.
  by_person text REFERENCES auth."user" ON DELETE CASCADE,
  by_key uuid REFERENCES api_keys ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  opened_at timestamptz,
  revoked_at timestamptz,
  CHECK (num_nonnulls(by_person, by_key) = 1),
  CHECK ((opened_at IS NULL) = (bearer_hash IS NULL))
);
CREATE INDEX connect_links_by_tenant ON connect_links (billing_account_id, expires_at);

-- How the page that a link opens is called and coloured, and which sites may embed it and be led back to.
CREATE TABLE connect_link_settings (
  billing_account_id text PRIMARY KEY REFERENCES billing_accounts,
  -- Null: the tenant's own name.
  name text,
  color text CHECK (color ~ '^#[0-9a-f]{6}$'),
  allowed_origins text[] NOT NULL CHECK (cardinality(allowed_origins) <= 20)
);
