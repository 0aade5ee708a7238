-- Whoever shows a tenant its channels is told when there is something new to show. By triggers, so that it holds for
-- every writer there is or will be, and in the transaction that wrote. See server/src/db/notify.ts, which parses these.

-- For INSERT and DELETE. A payload may have 8,000 bytes: a hundred ids of 56 characters fit.
CREATE FUNCTION notify_of_tenants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('cogni', json_build_object('about', 'change', 'billingAccountIds', json_agg(id))::text)
  FROM (SELECT id, (row_number() OVER () - 1) / 100 AS batch
        FROM (SELECT DISTINCT billing_account_id AS id FROM written) AS ids) AS numbered
  GROUP BY batch;
  RETURN NULL;
END $$;

-- For UPDATE: only tenants of whom a row says something else than before. When an account was looked at, and that its
-- transport is alive, changes with every look at a gateway and shows nowhere.
CREATE FUNCTION notify_of_changed_tenants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('cogni', json_build_object('about', 'change', 'billingAccountIds', json_agg(id))::text)
  FROM (SELECT id, (row_number() OVER () - 1) / 100 AS batch FROM (
          SELECT DISTINCT billing_account_id AS id FROM (
            SELECT billing_account_id, to_jsonb(w) - 'observed_at' - 'steadiness' #- '{observation,lastTransportActivityAt}' FROM written w
            EXCEPT
            SELECT billing_account_id, to_jsonb(r) - 'observed_at' - 'steadiness' #- '{observation,lastTransportActivityAt}' FROM replaced r
          ) AS changed) AS ids) AS numbered
  GROUP BY batch;
  RETURN NULL;
END $$;

-- PostgreSQL allows transition tables on triggers of one event only, hence three for each table.
DO $$
DECLARE
  shown text;
BEGIN
  FOREACH shown IN ARRAY
    ARRAY['channel_registrations', 'account_observations', 'channel_logins', 'pending_senders', 'placements']
  LOOP
    EXECUTE format('CREATE TRIGGER notify_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS written
      FOR EACH STATEMENT EXECUTE FUNCTION notify_of_tenants()', shown);
    EXECUTE format('CREATE TRIGGER notify_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS written
      FOR EACH STATEMENT EXECUTE FUNCTION notify_of_tenants()', shown);
    EXECUTE format('CREATE TRIGGER notify_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS replaced NEW TABLE AS written
      FOR EACH STATEMENT EXECUTE FUNCTION notify_of_changed_tenants()', shown);
  END LOOP;
END $$;

-- What a gateway's row shows to all of its tenants: whether it answers, and what it offers.
CREATE FUNCTION notify_of_gateway() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('cogni', json_build_object('about', 'gateway', 'gatewayId', NEW.id)::text);
  RETURN NULL;
END $$;
CREATE TRIGGER notify_update AFTER UPDATE ON gateways FOR EACH ROW
  WHEN ((OLD.reachable, OLD.catalog_version) IS DISTINCT FROM (NEW.reachable, NEW.catalog_version))
  EXECUTE FUNCTION notify_of_gateway();
