-- Ways in beside the password: wallets that people have added, and who they are at the identity provider.

CREATE TABLE auth.wallet (
  -- In lower case. One wallet is one person's.
  address text PRIMARY KEY CHECK (address ~ '^0x[0-9a-f]{40}$'),
  user_id text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX wallet_by_user ON auth.wallet (user_id);

-- Messages that were given out to be signed. Use removes the row, so that a signature is good once.
CREATE TABLE auth.wallet_challenge (
  -- SHA-256 of the whole message, its nonce included: one with another word in it is none of ours.
  message_hash bytea PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('sign_in', 'link')),
  -- Who asked, where the wallet is to be added to them.
  user_id text REFERENCES auth."user" ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  CHECK ((purpose = 'link') = (user_id IS NOT NULL))
);
CREATE INDEX wallet_challenge_by_end ON auth.wallet_challenge (expires_at);

-- Whom the identity provider means by a subject, which it never gives to anyone else. Addresses move from one person to the next.
CREATE TABLE auth.oidc_identity (
  issuer text NOT NULL,
  subject text NOT NULL,
  user_id text NOT NULL REFERENCES auth."user" ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject)
);
-- Whoever comes by someone's address under another subject is someone else, who was given the address later.
CREATE UNIQUE INDEX oidc_identity_one_for_a_person ON auth.oidc_identity (user_id, issuer);
