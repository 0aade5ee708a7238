-- Who may see and do what. Run again whenever this text or a role's name changes, so everything here replaces what
-- was there. :api, :service and :owner stand for the users of DATABASE_URL, DATABASE_SERVICE_URL and DATABASE_OWNER_URL.

-- Looked up before the tenant is known, and so the only holes in the wall: each takes what nobody can guess,
-- and tells the least. They run as the owner, whose own sight is limited to what they need (below).

-- The tenant of a living API key, and whether it is suspended, by the SHA-256 of the key.
DROP FUNCTION IF EXISTS lookup_api_key(bytea);
CREATE FUNCTION lookup_api_key(hash bytea)
  RETURNS TABLE (id uuid, billing_account_id text, name text, scopes text[], status text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT k.id, k.billing_account_id, k.name, k.scopes, b.status
    FROM public.api_keys k JOIN public.billing_accounts b ON b.id = k.billing_account_id
    WHERE k.key_hash = hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
      AND b.status <> 'deleting'
  $$;

-- The person behind a living session, by the token that the signed cookie carries, and their role in one tenant: the one that
-- is asked for, else the active one they have been a member of for longest, else a suspended one. Without a role in it, and of
-- one that is being deleted, no tenant is told.
DROP FUNCTION IF EXISTS lookup_session(text);
DROP FUNCTION IF EXISTS lookup_session(text, text);
CREATE FUNCTION lookup_session(of_token text, of_tenant text)
  RETURNS TABLE (user_id text, name text, email text, billing_account_id text, role text, status text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT u.id, u.name, u.email, m.billing_account_id, m.role, m.status
    FROM auth.session s JOIN auth."user" u ON u.id = s."userId"
      LEFT JOIN LATERAL (
        SELECT m.billing_account_id, m.role, b.status
        FROM public.members m JOIN public.billing_accounts b ON b.id = m.billing_account_id
        WHERE m.user_id = u.id AND b.status <> 'deleting' AND (of_tenant IS NULL OR m.billing_account_id = of_tenant)
        ORDER BY b.status <> 'active', m.created_at, m.billing_account_id LIMIT 1
      ) m ON true
    WHERE s.token = of_token AND s."expiresAt" > now()
  $$;

-- The tenants of the person behind a living session, by the session's id, and their role in each; without those that are
-- being deleted.
DROP FUNCTION IF EXISTS tenants_of_session(text);
CREATE FUNCTION tenants_of_session(of_session text)
  RETURNS TABLE (billing_account_id text, name text, role text, status text, since timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT b.id, b.name, m.role, b.status, m.created_at
    FROM auth.session s JOIN public.members m ON m.user_id = s."userId"
      JOIN public.billing_accounts b ON b.id = m.billing_account_id
    WHERE s.id = of_session AND s."expiresAt" > now() AND b.status <> 'deleting'
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

-- A connect link of an active tenant that has not ended, by the SHA-256 of its token while nobody has opened it, and of its
-- bearer from then on; and what its maker may still do: a person's role or a living key's scopes, else neither.
CREATE OR REPLACE FUNCTION lookup_connect_link(hash bytea)
  RETURNS TABLE (id uuid, opened boolean, billing_account_id text, name text, channels text[], role text, scopes text[])
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT l.id, l.opened_at IS NOT NULL, l.billing_account_id, b.name, l.channels, m.role, k.scopes
    FROM public.connect_links l JOIN public.billing_accounts b ON b.id = l.billing_account_id
      LEFT JOIN public.members m ON m.user_id = l.by_person AND m.billing_account_id = l.billing_account_id
      LEFT JOIN public.api_keys k ON k.id = l.by_key AND k.billing_account_id = l.billing_account_id
        AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
    WHERE (l.bearer_hash = hash OR (l.token_hash = hash AND l.opened_at IS NULL))
      AND l.revoked_at IS NULL AND l.expires_at > now() AND b.status = 'active'
  $$;

-- Which sites may embed the page of a link, by the link's id, also when it has ended: the page says so there.
CREATE OR REPLACE FUNCTION connect_link_origins(of_id uuid)
  RETURNS text[]
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT s.allowed_origins
    FROM public.connect_links l JOIN public.connect_link_settings s ON s.billing_account_id = l.billing_account_id
    WHERE l.id = of_id
  $$;

-- Whether an active tenant has an open invitation to that address, which the caller has seen proven; never which tenant.
CREATE OR REPLACE FUNCTION is_invited(of_email text)
  RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT EXISTS (
      SELECT FROM public.invitations i JOIN public.billing_accounts b ON b.id = i.billing_account_id
      WHERE i.email = of_email AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()
        AND b.status = 'active'
    )
  $$;

-- Whether some other tenant owns the credential; never which.
DROP FUNCTION IF EXISTS credential_claimed_elsewhere(text, bytea);
CREATE FUNCTION credential_claimed_elsewhere(of_provider text, fingerprint bytea)
  RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT EXISTS (
      SELECT FROM public.connections c
      WHERE c.provider = of_provider AND c.credential_fingerprint = fingerprint AND c.revoked_at IS NULL
        AND c.billing_account_id IS DISTINCT FROM current_setting('app.billing_account_id', true)
    )
  $$;

-- What an open invitation to the platform's administrators says, by the SHA-256 of its token.
CREATE OR REPLACE FUNCTION lookup_platform_invitation(hash bytea)
  RETURNS TABLE (id uuid, email text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT i.id, i.email FROM public.platform_invitations i
    WHERE i.token_hash = hash AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()
  $$;

-- Uses it up, and makes whoever has the invited address an administrator: the API's only way to make one. False where it
-- is not open, or for another.
CREATE OR REPLACE FUNCTION accept_platform_invitation(hash bytea, of_user text)
  RETURNS boolean
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH used AS (
      UPDATE public.platform_invitations i SET accepted_at = now() FROM auth."user" u
      WHERE i.token_hash = hash AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()
        AND u.id = of_user AND u.email = i.email
      RETURNING u.id
    ), made AS (
      INSERT INTO public.platform_administrators (user_id) SELECT used.id FROM used ON CONFLICT DO NOTHING
    )
    SELECT EXISTS (SELECT FROM used)
  $$;

-- Whether a session lives, and is of one of the platform's administrators. What they see and do across tenants goes
-- through the functions below, each of which asks this first: it is little, and no tenant's credentials or messages.
CREATE OR REPLACE FUNCTION is_administrators_session(of_session text)
  RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT EXISTS (
      SELECT FROM auth.session s JOIN public.platform_administrators a ON a.user_id = s."userId"
      WHERE s.id = of_session AND s."expiresAt" > now()
    )
  $$;

-- The state of every channel that is connected as it was last seen; channels/state.ts tells a tenant more exactly.
CREATE OR REPLACE FUNCTION connection_states()
  RETURNS TABLE (billing_account_id text, gateway_id text, state text)
  LANGUAGE sql STABLE
  AS $$
    SELECT c.billing_account_id, p.gateway_id,
      CASE
        WHEN c.desired_state = 'disconnected' THEN 'disconnecting'
        WHEN c.outcome IS NOT NULL THEN 'action_required'
        WHEN (g.reachable AND g.lease_until > clock_timestamp() - interval '15 seconds') IS NOT TRUE THEN 'unknown'
        WHEN o.started_version IS DISTINCT FROM c.credential_version THEN 'connecting'
        ELSE coalesce(o.state, 'connecting')
      END
    FROM public.connections c
      LEFT JOIN public.placements p ON p.billing_account_id = c.billing_account_id
      LEFT JOIN public.gateways g ON g.id = p.gateway_id
      LEFT JOIN public.account_observations o ON o.billing_account_id = c.billing_account_id AND o.channel = c.channel
        AND o.gateway_id = p.gateway_id
    WHERE c.channel IS NOT NULL AND c.revoked_at IS NULL
  $$;

-- The address as far as it says where: without what could let someone in.
DROP FUNCTION IF EXISTS operator_gateways(text);
CREATE FUNCTION operator_gateways(of_session text)
  RETURNS TABLE (id text, address text, reachable boolean, observed_at timestamptz, lease_holder text,
    lease_until timestamptz, capacity integer, draining boolean, tenants integer, connections jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT g.id, regexp_replace(g.url, '^(\w+://)([^/?#]*@)?([^/?#]*).*$', '\1\3'),
      coalesce(g.reachable AND g.lease_until > clock_timestamp() - interval '15 seconds', false), g.observed_at,
      g.lease_holder, g.lease_until, g.capacity, g.draining,
      (SELECT count(*)::integer FROM public.placements p WHERE p.gateway_id = g.id),
      (SELECT coalesce(jsonb_object_agg(c.state, c.number), '{}')
       FROM (SELECT s.state, count(*) AS number FROM public.connection_states() s WHERE s.gateway_id = g.id
         GROUP BY s.state) c)
    FROM public.gateways g WHERE public.is_administrators_session(of_session)
  $$;

-- A page of the tenants, by id, after the one that is named. Each filter is null for none.
DROP FUNCTION IF EXISTS operator_tenants(text, text, integer, text, text, text);
CREATE FUNCTION operator_tenants(of_session text, after_id text, at_most integer, searched text,
    of_status text, of_gateway text)
  RETURNS TABLE (id text, name text, status text, gateway_id text, created_at timestamptz, members integer,
    connections jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT b.id, b.name, b.status, p.gateway_id, b.created_at,
      (SELECT count(*)::integer FROM public.members m WHERE m.billing_account_id = b.id),
      (SELECT coalesce(jsonb_object_agg(c.state, c.number), '{}')
       FROM (SELECT s.state, count(*) AS number FROM public.connection_states() s WHERE s.billing_account_id = b.id
         GROUP BY s.state) c)
    FROM public.billing_accounts b LEFT JOIN public.placements p ON p.billing_account_id = b.id
    WHERE public.is_administrators_session(of_session)
      AND (after_id IS NULL OR b.id > after_id)
      AND (searched IS NULL OR strpos(b.id, lower(searched)) > 0 OR strpos(lower(b.name), lower(searched)) > 0)
      AND (of_status IS NULL OR b.status = of_status)
      AND (of_gateway IS NULL OR p.gateway_id = of_gateway)
    ORDER BY b.id LIMIT at_most
  $$;

-- What was done to the platform, the newest first: `at_most` entries before the one of that place, and each filter is null for none. With
-- the names of those who did it, and of the tenants it was done to.
DROP FUNCTION IF EXISTS operator_audit(text, bigint, integer, bigint, text, text, text, text, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION operator_audit(of_session text, before_seq bigint, at_most integer, of_entry bigint, of_kind text,
    of_actor text, of_action text, of_outcome text, since timestamptz, until timestamptz, of_request text)
  RETURNS TABLE (seq bigint, at timestamptz, actor jsonb, name text, action text, subject text, subject_name text, outcome text,
    remote_address text, request_id text, hash bytea)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT a.seq, a.at, a.actor, (SELECT u.name FROM auth."user" u WHERE u.id = a.actor->>'id'), a.action, a.subject,
      coalesce((SELECT b.name FROM public.billing_accounts b WHERE b.id = a.subject),
        (SELECT u.name FROM auth."user" u WHERE u.id = a.subject)), a.outcome, a.remote_address, a.request_id, a.hash
    FROM public.platform_audit_log a
    WHERE public.is_administrators_session(of_session)
      AND (before_seq IS NULL OR a.seq < before_seq) AND (of_entry IS NULL OR a.seq = of_entry)
      AND (of_kind IS NULL OR a.actor->>'kind' = of_kind) AND (of_actor IS NULL OR a.actor->>'id' = of_actor)
      AND (of_action IS NULL OR a.action = of_action) AND (of_outcome IS NULL OR a.outcome = of_outcome)
      AND (since IS NULL OR a.at >= since) AND (until IS NULL OR a.at < until)
      AND (of_request IS NULL OR a.request_id = of_request)
    ORDER BY a.seq DESC LIMIT at_most
  $$;

-- Whether there is such a gateway.
CREATE OR REPLACE FUNCTION operator_drain(of_session text, of_gateway text, wanted boolean)
  RETURNS boolean
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH changed AS (
      UPDATE public.gateways g SET draining = wanted
      WHERE g.id = of_gateway AND public.is_administrators_session(of_session) RETURNING g.id
    )
    SELECT EXISTS (SELECT FROM changed)
  $$;

-- The platform's alerts: those that stand, and a page of those that are over, the latest first, after the one that is named.
DROP FUNCTION IF EXISTS operator_alerts(text, uuid, integer);
CREATE FUNCTION operator_alerts(of_session text, after_id uuid, at_most integer)
  RETURNS SETOF public.alerts
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    (SELECT a FROM public.alerts a
     WHERE public.is_administrators_session(of_session) AND a.billing_account_id IS NULL AND after_id IS NULL
       AND a.opened_at IS NOT NULL AND a.resolved_at IS NULL
     ORDER BY a.opened_at DESC, a.id DESC)
    UNION ALL
    (SELECT a FROM public.alerts a
     WHERE public.is_administrators_session(of_session) AND a.billing_account_id IS NULL AND a.resolved_at IS NOT NULL
       AND (after_id IS NULL OR (a.resolved_at, a.id) < (SELECT b.resolved_at, b.id FROM public.alerts b
         WHERE b.id = after_id AND b.billing_account_id IS NULL))
     ORDER BY a.resolved_at DESC, a.id DESC LIMIT at_most)
  $$;

-- One of the platform's that stands counts as seen from now on. Whether there is such a one.
CREATE OR REPLACE FUNCTION operator_acknowledge_alert(of_session text, of_alert uuid, seen_by jsonb)
  RETURNS boolean
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH seen AS (
      UPDATE public.alerts a SET acknowledged_at = coalesce(a.acknowledged_at, now()),
        acknowledged_by = coalesce(a.acknowledged_by, seen_by)
      WHERE a.id = of_alert AND a.billing_account_id IS NULL AND a.opened_at IS NOT NULL AND a.resolved_at IS NULL
        AND public.is_administrators_session(of_session) RETURNING a.id
    )
    SELECT EXISTS (SELECT FROM seen)
  $$;

-- Whether the administrator of that session gets the platform's alerts by mail; set to `wanted`, unless that is null.
CREATE OR REPLACE FUNCTION operator_alert_mails(of_session text, wanted boolean)
  RETURNS boolean
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    UPDATE public.platform_administrators p SET alert_mails = coalesce(wanted, p.alert_mails) FROM auth.session s
    WHERE s.id = of_session AND s."expiresAt" > now() AND p.user_id = s."userId" RETURNING p.alert_mails
  $$;

-- The gateway with the most room, by accounts; null where all are full or draining, or none is known.
CREATE OR REPLACE FUNCTION roomiest_gateway()
  RETURNS text
  LANGUAGE sql STABLE
  AS $$
    SELECT g.id FROM public.gateways g
      LEFT JOIN public.placements p ON p.gateway_id = g.id
      LEFT JOIN public.connections c
        ON c.billing_account_id = p.billing_account_id AND c.channel IS NOT NULL AND c.revoked_at IS NULL
    WHERE NOT g.draining GROUP BY g.id HAVING count(c.id) < g.capacity
    ORDER BY g.capacity - count(c.id) DESC, g.id LIMIT 1
  $$;

-- Makes the tenant that the transaction is set to, and gives it a place; false where there is one of that id.
CREATE OR REPLACE FUNCTION operator_create_tenant(of_session text, of_tenant text, called text)
  RETURNS boolean
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH made AS (
      INSERT INTO public.billing_accounts (id, name)
        SELECT of_tenant, called WHERE public.is_administrators_session(of_session)
      ON CONFLICT DO NOTHING RETURNING id
    ), placed AS (
      INSERT INTO public.placements (billing_account_id, gateway_id)
        SELECT made.id, public.roomiest_gateway() FROM made WHERE public.roomiest_gateway() IS NOT NULL
    )
    SELECT EXISTS (SELECT FROM made)
  $$;

-- Suspends the tenant, or ends that; its status then, or null where there is no such tenant. A login under way is given up: it
-- is no connection yet.
CREATE OR REPLACE FUNCTION set_suspended(of_tenant text, wanted boolean)
  RETURNS text
  LANGUAGE sql VOLATILE
  AS $$
    WITH given_up AS (
      UPDATE public.channel_logins l SET status = 'cancelled', generation = generation + 1, qr = NULL, problem = NULL,
        ended_at = now(), finished_at = NULL
      WHERE wanted AND l.billing_account_id = of_tenant AND l.status IN ('requested', 'offered')
    ), changed AS (
      UPDATE public.billing_accounts b SET status = CASE WHEN wanted THEN 'suspended' ELSE 'active' END
      WHERE b.id = of_tenant AND b.status <> 'deleting' RETURNING b.status
    )
    SELECT coalesce((SELECT c.status FROM changed c), b.status) FROM public.billing_accounts b WHERE b.id = of_tenant
  $$;

-- The same of the tenant that the transaction is set to.
CREATE OR REPLACE FUNCTION operator_suspend(of_session text, wanted boolean)
  RETURNS text
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT public.set_suspended(current_setting('app.billing_account_id', true), wanted)
    WHERE public.is_administrators_session(of_session)
  $$;

-- What a tenant was given, less all that it ever used, in nano-dollars.
CREATE OR REPLACE FUNCTION balance_of(of_tenant text)
  RETURNS numeric
  LANGUAGE sql STABLE
  AS $$
    SELECT coalesce((SELECT sum(l.amount_nano) FROM public.ledger_entries l WHERE l.billing_account_id = of_tenant), 0)
      - coalesce((SELECT sum(d.cost_nano) FROM public.usage_days d WHERE d.billing_account_id = of_tenant), 0)
  $$;

-- What all tenants' calls used and cost from one day to another, in UTC, beside what the upstream says of the same calls, and of
-- calls that we know nothing of.
DROP FUNCTION IF EXISTS operator_usage(text, date, date);
CREATE FUNCTION operator_usage(of_session text, first_day date, last_day date)
  RETURNS TABLE (id text, name text, calls bigint, limited bigint, estimated bigint, unpriced bigint, prompt_tokens numeric,
    cached_tokens numeric, completion_tokens numeric, reasoning_tokens numeric, cost numeric, upstream_cost numeric,
    unconfirmed bigint, unknown bigint, unknown_cost numeric, balance numeric)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    WITH asked AS (
      SELECT first_day::timestamp AT TIME ZONE 'UTC' AS since, (last_day + 1)::timestamp AT TIME ZONE 'UTC' AS until
      WHERE public.is_administrators_session(of_session)
    ), known AS (
      SELECT e.billing_account_id, count(*) AS calls, count(*) FILTER (WHERE e.outcome = 'limited') AS limited,
        count(*) FILTER (WHERE NOT e.measured) AS estimated, count(*) FILTER (WHERE NOT e.priced) AS unpriced,
        sum(e.prompt_tokens) AS prompt_tokens, sum(e.cached_tokens) AS cached_tokens,
        sum(e.completion_tokens) AS completion_tokens, sum(e.reasoning_tokens) AS reasoning_tokens,
        sum(coalesce(u.cost_nano, e.cost_nano)) AS cost, sum(u.cost_nano) AS upstream_cost,
        count(*) FILTER (WHERE u.call_id IS NULL AND e.cost_nano > 0) AS unconfirmed
      FROM asked a JOIN public.usage_events e ON e.at >= a.since AND e.at < a.until
        LEFT JOIN public.upstream_costs u ON u.billing_account_id = e.billing_account_id AND u.call_id = e.call_id
      GROUP BY e.billing_account_id
    ), strange AS (
      SELECT u.billing_account_id, count(*) AS calls, sum(u.cost_nano) AS cost
      FROM asked a JOIN public.upstream_costs u ON u.at >= a.since AND u.at < a.until
      WHERE NOT EXISTS (SELECT FROM public.usage_events e
        WHERE e.billing_account_id = u.billing_account_id AND e.call_id = u.call_id)
      GROUP BY u.billing_account_id
    )
    SELECT b.id, b.name, coalesce(k.calls, 0), coalesce(k.limited, 0), coalesce(k.estimated, 0), coalesce(k.unpriced, 0),
      coalesce(k.prompt_tokens, 0), coalesce(k.cached_tokens, 0), coalesce(k.completion_tokens, 0),
      coalesce(k.reasoning_tokens, 0), coalesce(k.cost, 0), k.upstream_cost, coalesce(k.unconfirmed, 0),
      coalesce(s.calls, 0), coalesce(s.cost, 0), public.balance_of(b.id)
    FROM asked, public.billing_accounts b LEFT JOIN known k ON k.billing_account_id = b.id
      LEFT JOIN strange s ON s.billing_account_id = b.id
    ORDER BY coalesce(k.cost, 0) + coalesce(s.cost, 0) DESC, b.id
  $$;

-- An entry in the ledger of the tenant that the transaction is set to, and its balance with it; no row where there is no such
-- tenant, and where there is an entry of that key.
DROP FUNCTION IF EXISTS operator_add_credit(text, text, bigint, text, jsonb);
CREATE OR REPLACE FUNCTION operator_add_credit(of_session text, of_kind text, nano bigint, words text, by_whom jsonb,
    of_key text DEFAULT NULL)
  RETURNS TABLE (id uuid, balance numeric)
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    INSERT INTO public.ledger_entries AS l (billing_account_id, kind, amount_nano, note, made_by, idempotency_key, balance_nano)
      -- The entry itself is not in the sum yet.
      SELECT b.id, of_kind, nano, words, by_whom, of_key, public.balance_of(b.id) + nano FROM public.billing_accounts b
      WHERE b.id = current_setting('app.billing_account_id', true) AND b.status <> 'deleting'
        AND public.is_administrators_session(of_session)
      ON CONFLICT (billing_account_id, idempotency_key) DO NOTHING
      RETURNING l.id, l.balance_nano
  $$;

-- The entry of that key in the ledger of the tenant that the transaction is set to. A query of its own: one that had to wait for
-- another request's entry does not see it.
CREATE OR REPLACE FUNCTION operator_credit_of(of_session text, of_key text)
  RETURNS TABLE (id uuid, balance numeric, kind text, amount_nano bigint, note text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT l.id, l.balance_nano, l.kind, l.amount_nano, l.note
      FROM public.ledger_entries l JOIN public.billing_accounts b ON b.id = l.billing_account_id
      WHERE b.id = current_setting('app.billing_account_id', true) AND b.status <> 'deleting'
        AND l.idempotency_key = of_key AND public.is_administrators_session(of_session)
  $$;

-- Begins the deletion of the tenant of that id and that very name, or goes on with it: from here on nothing of it can be used,
-- and its accounts are wished away. False where there is none.
CREATE OR REPLACE FUNCTION begin_deletion(of_tenant text, called text)
  RETURNS boolean
  LANGUAGE sql VOLATILE
  AS $$
    WITH begun AS (
      UPDATE public.billing_accounts b SET status = 'deleting' WHERE b.id = of_tenant AND b.name = called RETURNING b.id
    ), noted AS (
      INSERT INTO public.tenant_deletions (billing_account_id) SELECT id FROM begun ON CONFLICT DO NOTHING
    ), disconnecting AS (
      UPDATE public.connections c
      SET desired_state = 'disconnected', generation = c.generation + 1, outcome = NULL, wished_at = now(),
        revoked_by = '{"kind": "system", "id": "deletion"}'
      FROM begun WHERE c.billing_account_id = begun.id AND c.revoked_at IS NULL AND c.desired_state = 'connected'
    ), given_up AS (
      UPDATE public.channel_logins l SET status = 'cancelled', generation = l.generation + 1, qr = NULL, problem = NULL,
        ended_at = now(), finished_at = NULL
      FROM begun WHERE l.billing_account_id = begun.id AND l.status IN ('requested', 'offered', 'failed')
    ), revoked AS (
      UPDATE public.api_keys k SET revoked_at = now() FROM begun
      WHERE k.billing_account_id = begun.id AND k.revoked_at IS NULL
    ), uninvited AS (
      UPDATE public.invitations i SET revoked_at = now() FROM begun
      WHERE i.billing_account_id = begun.id AND i.accepted_at IS NULL AND i.revoked_at IS NULL
    )
    SELECT EXISTS (SELECT FROM begun)
  $$;

-- The same of the tenant that the transaction is set to.
CREATE OR REPLACE FUNCTION delete_own_tenant(called text)
  RETURNS boolean
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$ SELECT public.begin_deletion(current_setting('app.billing_account_id', true), called) $$;
CREATE OR REPLACE FUNCTION operator_delete(of_session text, called text)
  RETURNS boolean
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT coalesce((SELECT public.begin_deletion(current_setting('app.billing_account_id', true), called)
      WHERE public.is_administrators_session(of_session)), false)
  $$;

-- Erases a person, with sessions and whatever else they sign in by, whose every tenant is being deleted; false for anyone else, a
-- platform's administrator among them. Whoever joins a tenant meanwhile waits for the lock, and then is in it or nobody.
CREATE OR REPLACE FUNCTION erase_person(of_user text)
  RETURNS boolean
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    BEGIN
      PERFORM FROM auth."user" u WHERE u.id = of_user FOR UPDATE;
      IF EXISTS (SELECT FROM public.platform_administrators a WHERE a.user_id = of_user)
        OR (SELECT bool_and(b.status = 'deleting') FROM public.members m
            JOIN public.billing_accounts b ON b.id = m.billing_account_id WHERE m.user_id = of_user) IS NOT TRUE
      THEN RETURN false;
      END IF;
      DELETE FROM auth."user" u WHERE u.id = of_user;
      RETURN true;
    END
  $$;

-- Whether some tenant that was erased had the id of this pseudonym.
CREATE OR REPLACE FUNCTION was_erased(of_pseudonym text)
  RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$ SELECT EXISTS (SELECT FROM public.erased_tenants e WHERE e.pseudonym = of_pseudonym) $$;

-- The table that connections were moved from, after an id: by function alone, so that an older worker that still runs sees
-- nothing there and fails, rather than take what has moved for left over, and stop it.
CREATE OR REPLACE FUNCTION registrations_after(after_id uuid, at_most integer)
  RETURNS SETOF channel_registrations
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$ SELECT r.* FROM public.channel_registrations r WHERE r.id > after_id ORDER BY r.id LIMIT at_most $$;

-- How much of it has not been moved; what was moved as far as it could be does not count.
CREATE OR REPLACE FUNCTION unmoved_registrations()
  RETURNS integer
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    SELECT count(*)::integer FROM public.channel_registrations r
    WHERE NOT EXISTS (SELECT FROM public.connections c WHERE c.id = r.id)
  $$;

-- The audit. Rows come into it, and leave it, by the hands of these functions only: no role that the program signs in with may write
-- a place or a hash, change a row, or delete one. They run as the owner.

-- Puts a row at the end of its chain, whoever writes it. The order of locks is the same for all: the tenant, then the chain's head,
-- which stays locked until the transaction ends. Whoever writes into several chains in one transaction writes into those of tenants
-- first, in the order of their ids, and into the platform's last.
CREATE OR REPLACE FUNCTION chain_audit()
  RETURNS trigger
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    DECLARE
      head public.audit_heads;
      of_channel text;
      of_account text;
    BEGIN
      IF TG_TABLE_NAME = 'platform_audit_log' THEN
        head := public.locked_head('platform');
      ELSE
        -- What the foreign key locks in the end, first: whoever erases the tenant holds it before they come to the head.
        PERFORM FROM public.billing_accounts b WHERE b.id = NEW.billing_account_id FOR KEY SHARE;
        head := public.locked_head('tenant/' || NEW.billing_account_id);
        of_channel := NEW.channel;
        of_account := NEW.account_id;
      END IF;
      -- With the lock held, so that times are in the order of places, as long as the clock goes forwards.
      NEW.at := clock_timestamp();
      NEW.actor := jsonb_build_object('kind', NEW.actor->>'kind', 'id', NEW.actor->>'id');
      NEW.seq := head.seq + 1;
      NEW.salts := public.audit_salts();
      NEW.commitments := public.audit_commitments(NEW.salts, NEW.actor, NEW.subject, of_account, NEW.remote_address, NEW.request_id);
      NEW.seal := NULL;
      NEW.hash := public.audit_hash(head.genesis, head.hash, NEW.seq, NEW.at, NEW.actor->>'kind', NEW.action, of_channel,
        NEW.outcome, NEW.commitments);
      UPDATE public.audit_heads h SET seq = NEW.seq, hash = NEW.hash WHERE h.chain = head.chain;
      RETURN NEW;
    END
  $$;
CREATE OR REPLACE TRIGGER chain BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION chain_audit();
CREATE OR REPLACE TRIGGER chain BEFORE INSERT ON platform_audit_log FOR EACH ROW EXECUTE FUNCTION chain_audit();

-- Drops the beginning of a tenant's chain or the platform's, and says how many rows: of days that are over since `keep_days`, and never
-- what is younger than 30 days; no more than `span_days` of them at once (null: any number), so that a clock that jumps ahead takes
-- little along, and 5,000 rows at most. The anchor is where the chain begins from then on, and its newest row confirms it.
CREATE OR REPLACE FUNCTION drop_old_audit(of_chain text, keep_days integer, span_days integer)
  RETURNS integer
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    DECLARE
      of_tenant text := substring(of_chain FROM '^tenant/(.*)$');
      rows text := CASE WHEN of_tenant IS NULL THEN 'public.platform_audit_log a WHERE true'
        ELSE 'public.audit_log a WHERE a.billing_account_id = $1' END;
      until timestamptz := date_trunc('day', clock_timestamp() - make_interval(days => greatest(keep_days, 30)), 'UTC');
      head public.audit_heads;
      begins timestamptz;
      through bigint;
      worth boolean;
      anchor bytea;
      said text;
    BEGIN
      IF of_tenant IS NULL AND of_chain <> 'platform' THEN RETURN 0;
      END IF;
      PERFORM FROM public.billing_accounts b WHERE b.id = of_tenant FOR KEY SHARE;
      IF of_tenant IS NOT NULL AND NOT FOUND THEN RETURN 0;
      END IF;
      head := public.locked_head(of_chain);
      EXECUTE 'SELECT a.at FROM ' || rows || ' ORDER BY a.seq LIMIT 1' INTO begins USING of_tenant;
      -- Never ahead of the row that is oldest: one that was written while the clock was wrong holds back those behind it.
      until := least(until, begins + make_interval(days => span_days));
      EXECUTE 'SELECT a.seq - 1 FROM ' || rows || ' AND a.at >= $2 ORDER BY a.seq LIMIT 1' INTO through USING of_tenant, until;
      through := least(coalesce(through, head.seq), head.anchor_seq + 5000);
      -- Rows that only say that something was dropped are no reason to drop them and to say so again.
      EXECUTE 'SELECT EXISTS (SELECT FROM ' || rows || $q$ AND a.seq <= $2 AND a.action <> 'audit.prune')$q$ INTO worth
        USING of_tenant, through;
      IF NOT worth THEN RETURN 0;
      END IF;
      -- With the head locked, nobody waits for rows: whoever erases someone in them wants this head before long.
      BEGIN
        EXECUTE 'SELECT FROM ' || rows || ' AND a.seq <= $2 FOR UPDATE NOWAIT' USING of_tenant, through;
      EXCEPTION WHEN lock_not_available THEN RETURN 0;
      END;
      EXECUTE 'SELECT a.hash FROM ' || rows || ' AND a.seq = $2' INTO anchor USING of_tenant, through;
      EXECUTE 'DELETE FROM ' || rows || ' AND a.seq <= $2' USING of_tenant, through;
      UPDATE public.audit_heads h SET anchor_seq = through, anchor_hash = anchor, anchored_at = clock_timestamp()
        WHERE h.chain = of_chain;
      said := through || '/' || encode(anchor, 'hex');
      IF of_tenant IS NULL THEN
        INSERT INTO public.platform_audit_log (actor, action, subject, outcome)
          VALUES ('{"kind": "system", "id": "retention"}', 'audit.prune', said, 'done');
      ELSE
        INSERT INTO public.audit_log (billing_account_id, actor, action, subject, outcome)
          VALUES (of_tenant, '{"kind": "system", "id": "retention"}', 'audit.prune', said, 'done');
      END IF;
      RETURN through - head.anchor_seq;
    END
  $$;

-- The same of a tenant that was erased: its chain grows no more, so all of it goes at once, when its last row is old enough. A row of
-- the platform's chain says where it ended. Rows from before there were chains go one by one, with no word of them.
CREATE OR REPLACE FUNCTION drop_erased_audit(of_pseudonym text, keep_days integer)
  RETURNS integer
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    DECLARE
      until timestamptz := date_trunc('day', clock_timestamp() - make_interval(days => greatest(keep_days, 30)), 'UTC');
      head public.audit_heads;
      dropped integer;
    BEGIN
      SELECT * INTO head FROM public.audit_heads h WHERE h.chain = 'erased/' || of_pseudonym FOR UPDATE;
      IF FOUND AND EXISTS (SELECT FROM public.erased_audit_log e WHERE e.pseudonym = of_pseudonym AND e.seq IS NOT NULL AND e.at >= until)
      THEN RETURN 0;
      END IF;
      DELETE FROM public.erased_audit_log e WHERE e.pseudonym = of_pseudonym AND (e.seq IS NOT NULL OR e.at < until);
      GET DIAGNOSTICS dropped = ROW_COUNT;
      IF head.chain IS NOT NULL THEN
        DELETE FROM public.audit_heads h WHERE h.chain = head.chain;
        INSERT INTO public.platform_audit_log (actor, action, subject, outcome)
          VALUES ('{"kind": "system", "id": "retention"}', 'audit.end', of_pseudonym || '/' || head.seq || '/' || encode(head.hash, 'hex'),
            'done');
      END IF;
      RETURN dropped;
    END
  $$;

-- Puts pseudonyms in the place of those who are erased, in rows of a tenant's chain or of the platform's; whose act it was, goes
-- with the address and the request, too. One place in each of the lists for each row; null: that stays as it is.
CREATE OR REPLACE FUNCTION redact_audit(of_chain text, seqs bigint[], actors text[], subjects text[], seals bytea[])
  RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    DECLARE
      of_tenant text := substring(of_chain FROM '^tenant/(.*)$');
    BEGIN
      PERFORM public.require_pseudonyms(actors || subjects);
      EXECUTE 'UPDATE ' || CASE WHEN of_tenant IS NULL THEN 'public.platform_audit_log' ELSE 'public.audit_log' END || $q$ a SET
          actor = coalesce(jsonb_set(a.actor, '{id}', to_jsonb(n.actor)), a.actor),
          subject = coalesce(n.subject, a.subject),
          remote_address = CASE WHEN n.actor IS NULL THEN a.remote_address END,
          request_id = CASE WHEN n.actor IS NULL THEN a.request_id END,
          salts = ARRAY[CASE WHEN n.actor IS NULL THEN a.salts[1] END, CASE WHEN n.subject IS NULL THEN a.salts[2] END, a.salts[3],
            CASE WHEN n.actor IS NULL THEN a.salts[4] END, CASE WHEN n.actor IS NULL THEN a.salts[5] END],
          seal = n.seal
        FROM unnest($2, $3, $4, $5) AS n (seq, actor, subject, seal)
        WHERE a.seq = n.seq AND $q$ || CASE WHEN of_tenant IS NULL THEN '$1 IS NULL' ELSE 'a.billing_account_id = $1' END
        USING of_tenant, seqs, actors, subjects, seals;
    END
  $$;

CREATE OR REPLACE FUNCTION require_pseudonyms(names text[])
  RETURNS void
  LANGUAGE plpgsql IMMUTABLE
  AS $$
    BEGIN
      IF EXISTS (SELECT FROM unnest(names) AS n (name) WHERE n.name !~ '^(tenant|subject):[0-9a-f]{32}$')
      THEN RAISE EXCEPTION 'only a pseudonym stands in the place of what is erased';
      END IF;
    END
  $$;

-- Moves rows of a tenant that is being deleted to where no tenant is named; lists as above. A row that is not named in `actors` was
-- the program's own act.
CREATE OR REPLACE FUNCTION move_audit(of_tenant text, of_pseudonym text, seqs bigint[], actors text[], subjects text[], seals bytea[])
  RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    BEGIN
      PERFORM public.require_pseudonyms(of_pseudonym || actors || subjects);
      PERFORM FROM public.billing_accounts b WHERE b.id = of_tenant AND b.status = 'deleting' FOR KEY SHARE;
      IF NOT FOUND THEN RAISE EXCEPTION 'the audit of a tenant that stays is not moved';
      END IF;
      WITH taken AS (
        DELETE FROM public.audit_log a WHERE a.billing_account_id = of_tenant AND a.seq = ANY (seqs) RETURNING a.*
      )
      INSERT INTO public.erased_audit_log (id, pseudonym, at, actor, action, channel, outcome, subject, seq, hash, salts, commitments, seal)
        SELECT t.id, of_pseudonym, t.at, coalesce(jsonb_set(t.actor, '{id}', to_jsonb(n.actor)), t.actor), t.action, t.channel, t.outcome,
          -- What confirms the anchor names nobody.
          CASE WHEN t.action = 'audit.prune' THEN t.subject ELSE n.subject END, t.seq, t.hash,
          ARRAY[CASE WHEN n.actor IS NULL THEN t.salts[1] END, CASE WHEN t.action = 'audit.prune' THEN t.salts[2] END, NULL, NULL, NULL]::uuid[],
          t.commitments, n.seal
        FROM taken t JOIN unnest(seqs, actors, subjects, seals) AS n (seq, actor, subject, seal) ON n.seq = t.seq;
    END
  $$;

-- The chain of a tenant that is erased, under its pseudonym from now on.
CREATE OR REPLACE FUNCTION erase_chain(of_tenant text, of_pseudonym text, at_seal bytea)
  RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
    BEGIN
      PERFORM public.require_pseudonyms(ARRAY[of_pseudonym]);
      PERFORM FROM public.audit_log a WHERE a.billing_account_id = of_tenant;
      IF FOUND THEN RAISE EXCEPTION 'the chain of a tenant that has rows of its own keeps its name';
      END IF;
      UPDATE public.audit_heads h SET chain = 'erased/' || of_pseudonym, salt = NULL, seal = at_seal
        WHERE h.chain = 'tenant/' || of_tenant;
    END
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
    -- What of a tenant is erased is whatever names it.
    EXECUTE format('GRANT DELETE ON public.%I TO :service', wall.name);
  END LOOP;
END $$;
-- But for the audit, whose rows are moved.
REVOKE DELETE ON audit_log FROM :service;

-- What the functions above need to see.
DROP POLICY IF EXISTS lookup ON api_keys;
CREATE POLICY lookup ON api_keys FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON billing_accounts;
CREATE POLICY lookup ON billing_accounts FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON connections;
CREATE POLICY lookup ON connections FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON channel_registrations;
CREATE POLICY lookup ON channel_registrations FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON members;
CREATE POLICY lookup ON members FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON invitations;
CREATE POLICY lookup ON invitations FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON placements;
CREATE POLICY lookup ON placements FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON account_observations;
CREATE POLICY lookup ON account_observations FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON connect_links;
CREATE POLICY lookup ON connect_links FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON connect_link_settings;
CREATE POLICY lookup ON connect_link_settings FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON usage_events;
CREATE POLICY lookup ON usage_events FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON upstream_costs;
CREATE POLICY lookup ON upstream_costs FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON usage_days;
CREATE POLICY lookup ON usage_days FOR SELECT TO :owner USING (true);
DROP POLICY IF EXISTS lookup ON ledger_entries;
CREATE POLICY lookup ON ledger_entries FOR SELECT TO :owner USING (true);
-- The audit's own functions, which alone change and drop rows, whosever they are; and lock the tenant, without changing it.
DROP POLICY IF EXISTS chain ON audit_log;
CREATE POLICY chain ON audit_log TO :owner USING (true);
DROP POLICY IF EXISTS chain ON billing_accounts;
CREATE POLICY chain ON billing_accounts FOR UPDATE TO :owner USING (true) WITH CHECK (false);

-- The platform's alone.
DROP POLICY IF EXISTS lookup ON alerts;
CREATE POLICY lookup ON alerts TO :owner USING (billing_account_id IS NULL);

GRANT EXECUTE ON FUNCTION lookup_connect_link(bytea), connect_link_origins(uuid) TO :api;
GRANT EXECUTE ON FUNCTION lookup_api_key(bytea), lookup_session(text, text), lookup_invitation(bytea),
  tenants_of_session(text), is_invited(text), lookup_platform_invitation(bytea), accept_platform_invitation(bytea, text) TO :api;
GRANT EXECUTE ON FUNCTION is_administrators_session(text), operator_gateways(text),
  operator_tenants(text, text, integer, text, text, text), operator_drain(text, text, boolean),
  operator_create_tenant(text, text, text), operator_audit(text, bigint, integer, bigint, text, text, text, text, timestamptz,
  timestamptz, text) TO :api;
GRANT EXECUTE ON FUNCTION operator_alerts(text, uuid, integer), operator_acknowledge_alert(text, uuid, jsonb),
  operator_alert_mails(text, boolean) TO :api;
GRANT EXECUTE ON FUNCTION operator_suspend(text, boolean), operator_delete(text, text), delete_own_tenant(text) TO :api;
GRANT EXECUTE ON FUNCTION operator_usage(text, date, date), operator_add_credit(text, text, bigint, text, jsonb, text),
  operator_credit_of(text, text) TO :api;
GRANT EXECUTE ON FUNCTION balance_of(text) TO :service;
GRANT EXECUTE ON FUNCTION was_erased(text) TO :api, :service;
GRANT EXECUTE ON FUNCTION roomiest_gateway(), set_suspended(text, boolean), begin_deletion(text, text), erase_person(text)
  TO :service;
GRANT EXECUTE ON FUNCTION credential_claimed_elsewhere(text, bytea) TO :api, :service;
GRANT EXECUTE ON FUNCTION unmoved_registrations() TO :api, :service;
GRANT EXECUTE ON FUNCTION registrations_after(uuid, integer) TO :service;

-- The API: one tenant at a time, wishes and their record.
GRANT SELECT ON installation, billing_accounts, placements, account_observations, vault_secrets, schema_migrations TO :api;
GRANT SELECT (id, reachable, observed_at, lease_until, catalog, catalog_version, models) ON gateways TO :api;
GRANT SELECT, INSERT, UPDATE ON connections, channel_logins TO :api;
GRANT SELECT ON account_state_changes, approved_senders TO :api;
GRANT SELECT, INSERT (billing_account_id, instructions, greeting, model),
  UPDATE (instructions, greeting, model, version, changed_at) ON agents TO :api;
GRANT SELECT, UPDATE (decision, decided_at) ON pending_senders TO :api;
GRANT SELECT (billing_account_id, at, actor, action, channel, account_id, subject, outcome, remote_address, request_id, seq, hash),
  INSERT (billing_account_id, actor, action, channel, account_id, subject, outcome, remote_address, request_id) ON audit_log TO :api;
GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at, expires_at, replaced_at) ON api_keys TO :api;
GRANT SELECT, INSERT, UPDATE, DELETE ON members TO :api;
GRANT SELECT, INSERT, UPDATE (accepted_at, revoked_at) ON invitations TO :api;
GRANT SELECT, INSERT, DELETE, UPDATE (opened_at, bearer_hash, revoked_at) ON connect_links TO :api;
GRANT SELECT, INSERT, UPDATE (name, color, allowed_origins) ON connect_link_settings TO :api;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints TO :api;
GRANT SELECT, INSERT, UPDATE (state, lane, tries, next_attempt_at, finished_at) ON webhook_deliveries TO :api;
GRANT SELECT ON webhook_attempts TO :api;
GRANT UPDATE (name, time_zone) ON billing_accounts TO :api;
GRANT SELECT, UPDATE (acknowledged_at, acknowledged_by) ON alerts TO :api;
GRANT SELECT ON alert_notices TO :api;
GRANT SELECT ON tenant_deletions TO :api;
GRANT SELECT ON platform_administrators TO :api;
GRANT INSERT (actor, action, subject, outcome, remote_address, request_id) ON platform_audit_log TO :api;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA auth TO :api;
GRANT SELECT, INSERT, UPDATE (points, expire) ON rate_limits TO :api;
-- What LLM calls use is written under the wall, one tenant at a time.
GRANT SELECT ON llm_keys, model_prices TO :api;
GRANT SELECT, INSERT (billing_account_id, day_nano, month_nano, calls_per_minute, tokens_per_minute, concurrent_calls,
    messages_per_day, user_day_nano, user_calls_per_minute, user_messages_per_day, reached_text, version),
  UPDATE (day_nano, month_nano, calls_per_minute, tokens_per_minute, concurrent_calls, messages_per_day, user_day_nano,
    user_calls_per_minute, user_messages_per_day, reached_text, version, changed_at) ON limits TO :api;
GRANT SELECT, INSERT, UPDATE (used, refused_at) ON quotas TO :api;
GRANT SELECT, INSERT, UPDATE, DELETE ON call_slots TO :api;
GRANT SELECT, INSERT ON usage_events, upstream_costs, reply_fates TO :api;
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_days TO :api;
GRANT SELECT ON ledger_entries TO :api;

-- The service: the reconcile loop, the watcher, the resolver and the operator's commands, across tenants.
GRANT SELECT ON installation, schema_migrations TO :service;
GRANT SELECT, INSERT, UPDATE ON billing_accounts, gateways, placements, vault_secrets TO :service;
GRANT SELECT, INSERT, UPDATE ON connections, channel_logins TO :service;
-- What names a row that is to be deleted, once it has been moved.
GRANT SELECT (id, billing_account_id) ON channel_registrations TO :service;
GRANT SELECT, INSERT, UPDATE, DELETE ON account_observations, pending_senders TO :service;
GRANT SELECT, INSERT, DELETE ON account_state_changes, approved_senders TO :service;
GRANT SELECT, UPDATE (applied_version) ON agents TO :service;
GRANT SELECT, INSERT ON api_keys, members, invitations TO :service;
GRANT SELECT, INSERT (billing_account_id, actor, action, channel, account_id, subject, outcome, remote_address, request_id)
  ON audit_log TO :service;
GRANT SELECT, UPDATE ON webhook_endpoints TO :service;
GRANT SELECT, INSERT, UPDATE ON webhook_deliveries TO :service;
GRANT SELECT, INSERT ON webhook_attempts TO :service;
GRANT SELECT, INSERT, DELETE ON platform_administrators TO :service;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON platform_invitations TO :service;
GRANT SELECT, INSERT (actor, action, subject, outcome, remote_address, request_id) ON platform_audit_log TO :service;
GRANT SELECT ON audit_heads TO :service;
GRANT EXECUTE ON FUNCTION drop_old_audit(text, integer, integer), drop_erased_audit(text, integer),
  redact_audit(text, bigint[], text[], text[], bytea[]), erase_chain(text, text, bytea),
  move_audit(text, text, bigint[], text[], text[], bytea[]) TO :service;
GRANT SELECT ON connect_links, connect_link_settings TO :service;
GRANT SELECT (expire), DELETE ON rate_limits TO :service;
-- Whom an alert is mailed to, in which language; nothing else of people.
GRANT SELECT, INSERT, UPDATE, DELETE ON alerts, alert_notices TO :service;
GRANT USAGE ON SCHEMA auth TO :service;
GRANT SELECT (id, email, locale) ON auth."user" TO :service;
-- To erase a tenant.
GRANT SELECT, INSERT, UPDATE (step) ON tenant_deletions TO :service;
GRANT INSERT ON erased_tenants TO :service;
GRANT SELECT ON erased_audit_log TO :service;
GRANT UPDATE (revoked_at) ON api_keys, invitations TO :service;
-- The bill, across tenants: for the operator, the upstream's own figures and what gateways tell of replies.
GRANT SELECT, INSERT, UPDATE ON llm_keys, model_prices, limits TO :service;
GRANT SELECT ON quotas, call_slots TO :service;
GRANT SELECT, INSERT ON usage_events, upstream_costs, reply_fates, ledger_entries TO :service;
-- Whoever is erased made it under another name.
GRANT UPDATE (made_by) ON ledger_entries TO :service;
GRANT SELECT, INSERT, UPDATE ON usage_days TO :service;
