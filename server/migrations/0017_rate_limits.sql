-- How often something was done, by whoever is limited in it, in windows that every process counts in. The columns are those
-- that rate-limiter-flexible knows. Unlogged: after a crash of the database everyone begins anew, which harms nobody, and in
-- return a count waits for no disk.

CREATE UNLOGGED TABLE rate_limits (
  -- What is limited, and a hash of who: no list of addresses or e-mails.
  key text PRIMARY KEY,
  points integer NOT NULL,
  -- When the window ends, in milliseconds since 1970 by the database's own clock.
  expire bigint NOT NULL
);
CREATE INDEX rate_limits_by_end ON rate_limits (expire);
