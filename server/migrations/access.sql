-- Who may see and do what. Run again whenever this text or a role's name changes, so everything here replaces what
-- was there. :api, :service and :owner stand for the users of DATABASE_URL, DATABASE_SERVICE_URL and DATABASE_OWNER_URL.

-- Looked up before the tenant is known, and so the only holes in the wall: each takes what nobody can guess,
-- and tells the least. They run as the owner, whose own sight is limited to what they need (below).

-- The tenant of a living API key, by the SHA-256 of the key.
DROP FUNCTION IF EXISTS lookup_api_key(bytea);
CREATE FUNCTION lookup_api_key(hash bytea)
  RETURNS TABLE (id uuid, billing_account_id text, name text, scopes text[])
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT k.id, k.billing_account_id, k.name, k.scopes
    FROM public.api_keys k JOIN public.billing_accounts b ON b.id = k.billing_account_id
    WHERE k.key_hash = hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
      AND b.status = 'active'
  $$;

-- The person behind a living session, by the token that the signed cookie carries, and their role in one active tenant: the
-- one that is asked for, else the one they have been a member of for longest. Without a role in it, no tenant is told.
DROP FUNCTION IF EXISTS lookup_session(text);
CREATE OR REPLACE FUNCTION lookup_session(of_token text, of_tenant text)
  RETURNS TABLE (user_id text, name text, email text, billing_account_id text, role text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT u.id, u.name, u.email, m.billing_account_id, m.role
    FROM auth.session s JOIN auth."user" u ON u.id = s."userId"
      LEFT JOIN LATERAL (
        SELECT m.billing_account_id, m.role
        FROM public.members m JOIN public.billing_accounts b ON b.id = m.billing_account_id
        WHERE m.user_id = u.id AND b.status = 'active' AND (of_tenant IS NULL OR m.billing_account_id = of_tenant)
        ORDER BY m.created_at, m.billing_account_id LIMIT 1
      ) m ON true
    WHERE s.token = of_token AND s."expiresAt" > now()
  $$;

-- The active tenants of the person behind a living session, by the session's id, and their role in each.
CREATE OR REPLACE FUNCTION tenants_of_session(of_session text)
  RETURNS TABLE (billing_account_id text, name text, role text, since timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT b.id, b.name, m.role, m.created_at
    FROM auth.session s JOIN public.members m ON m.user_id = s."userId"
      JOIN public.billing_accounts b ON b.id = m.billing_account_id
    WHERE s.id = of_session AND s."expiresAt" > now() AND b.status = 'active'
  $$;

-- What an open invitation to an active tenant offers, by the SHA-256 of its token.
CREATE OR REPLACE FUNCTION lookup_invitation(hash bytea)
  RETURNS TABLE (id uuid, billing_account_id text, name text, email text, role text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT i.id, i.billing_account_id, b.name, i.email, i.role
    FROM public.invitations i JOIN public.billing_accounts b ON b.id = i.billing_account_id
    WHERE i.token_hash = hash AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()
      AND b.status = 'active'
  $$;

-- Whether some other tenant owns the credential; never which.
CREATE OR REPLACE FUNCTION credential_claimed_elsewhere(of_channel text, fingerprint bytea)
  RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT EXISTS (
      SELECT FROM public.channel_registrations r
      WHERE r.channel = of_channel AND r.credential_fingerprint = fingerprint AND r.disconnected_at IS NULL
        AND r.billing_account_id IS DISTINCT FROM current_setting('app.billing_account_id', true)
    )
  $$;

-- Nobody starts with anything.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public, auth FROM PUBLIC, :api, :service;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, :api, :service;
GRANT USAGE ON SCHEMA public TO :api, :service;
GRANT USAGE ON SCHEMA auth TO :api;

-- The wall: enabled for all, forced on the owner too. Unset means NULL, and NULL equals nothing.
DO $$
DECLARE
  wall record;
BEGIN
  FOR wall IN
    SELECT c.relname AS name, a.attname AS tenant
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND (a.attname = 'billing_account_id' OR (c.relname = 'billing_accounts' AND a.attname = 'id'))
  LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', wall.name);
    EXECUTE format('DROP POLICY IF EXISTS tenant ON public.%I', wall.name);
    EXECUTE format('CREATE POLICY tenant ON public.%I USING (%I = current_setting(''app.billing_account_id'', true))',
      wall.name, wall.tenant);
    EXECUTE format('DROP POLICY IF EXISTS service ON public.%I', wall.name);
    EXECUTE format('CREATE POLICY service ON public.%I TO :service USING (true)', wall.name);
  END LOOP;
END $$;

-- What the functions above need to see.
DROP POLICY IF EXISTS lookup ON api_keys;
CREATE POLICY lookup ON api_keys FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON billing_accounts;
CREATE POLICY lookup ON billing_accounts FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON channel_registrations;
CREATE POLICY lookup ON channel_registrations FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON members;
CREATE POLICY lookup ON members FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON invitations;
CREATE POLICY lookup ON invitations FOR SELECT TO :owner USING (true);

GRANT EXECUTE ON FUNCTION lookup_api_key(bytea), lookup_session(text, text), lookup_invitation(bytea),
  tenants_of_session(text) TO :api;
GRANT EXECUTE ON FUNCTION credential_claimed_elsewhere(text, bytea) TO :api, :service;

-- The API: one tenant at a time, wishes and their record.
GRANT SELECT ON installation, billing_accounts, placements, account_observations, vault_secrets, schema_migrations TO :api;
GRANT SELECT (id, reachable, observed_at, lease_until, catalog, catalog_version) ON gateways TO :api;
GRANT SELECT, INSERT, UPDATE ON channel_registrations, channel_logins TO :api;
GRANT SELECT ON account_state_changes, approved_senders TO :api;
GRANT SELECT, UPDATE (decision, decided_at) ON pending_senders TO :api;
GRANT SELECT, INSERT ON audit_log TO :api;
GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at, expires_at) ON api_keys TO :api;
GRANT SELECT, INSERT, UPDATE, DELETE ON members TO :api;
GRANT SELECT, INSERT, UPDATE (accepted_at, revoked_at) ON invitations TO :api;
GRANT UPDATE (name) ON billing_accounts TO :api;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA auth TO :api;

-- The service: the reconcile loop, the watcher, the resolver and the operator's commands, across tenants.
GRANT SELECT ON installation, schema_migrations TO :service;
GRANT SELECT, INSERT, UPDATE ON billing_accounts, gateways, placements, vault_secrets TO :service;
GRANT SELECT, INSERT, UPDATE ON channel_registrations, channel_logins TO :service;
GRANT SELECT, INSERT, UPDATE, DELETE ON account_observations, pending_senders TO :service;
GRANT SELECT, INSERT, DELETE ON account_state_changes, approved_senders TO :service;
GRANT SELECT, INSERT ON audit_log, api_keys, members, invitations TO :service;
