-- Links that were mailed to people, to set a new password or to verify an address. Of each kind a person has one: a newer one
-- takes its place, and use removes it.

CREATE TABLE auth.mail_link (
  user_id text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
  purpose text NOT NULL CHECK (purpose IN ('password_reset', 'email_verification')),
  -- SHA-256 of the token: whoever reads the table can use none of them.
  token_hash bytea NOT NULL UNIQUE,
  -- The address it went to. It proves nothing of one that the person has since.
  email text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, purpose)
);
