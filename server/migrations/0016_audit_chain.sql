-- The audit becomes chains: each row holds a hash over itself and the row before it, so that whoever changes, removes or adds one by
-- hand is found out (docs/operations/audit.md). One chain for each tenant, one for the platform, and one for each tenant that was erased.

-- From where it was done: the address that a request came from. Nothing for the worker and the command line.
ALTER TABLE audit_log ADD COLUMN remote_address text;
ALTER TABLE platform_audit_log ADD COLUMN remote_address text;

-- Where each chain begins and ends. No column names the tenant, for it outlives it: a row's tenant is in `chain`.
CREATE TABLE audit_heads (
  -- “platform”, “tenant/<id>”, and “erased/<pseudonym>” for one whose tenant is erased.
  chain text PRIMARY KEY,
  -- SHA-256 over salt and name of the chain: it is in every row's hash, so that no chain can stand in another's place.
  genesis bytea NOT NULL,
  -- Null once the tenant is erased, so that nobody finds its id by trying ids; the seal then vouches for the new name.
  salt uuid,
  seal bytea,
  -- Of its last row.
  seq bigint NOT NULL DEFAULT 0,
  hash bytea NOT NULL,
  -- Of the last row that was dropped when its time was over; the genesis while none was. A row of the chain confirms it.
  anchor_seq bigint NOT NULL DEFAULT 0,
  anchor_hash bytea NOT NULL,
  anchored_at timestamptz
) WITH (fillfactor = 50);

-- Place in the chain, from 1, without gaps. What may have to be erased one day goes into the hash as a commitment: SHA-256 over a salt and
-- itself, in this order: actor's id, subject, account, address, request. To erase one, its salt is dropped with it; `seal` then says
-- that it was this program that did so, and what stands there now (vault/pseudonyms.ts).
ALTER TABLE audit_log ADD COLUMN seq bigint, ADD COLUMN hash bytea, ADD COLUMN salts uuid[],
  ADD COLUMN commitments bytea[], ADD COLUMN seal bytea;
ALTER TABLE platform_audit_log ADD COLUMN seq bigint, ADD COLUMN hash bytea, ADD COLUMN salts uuid[],
  ADD COLUMN commitments bytea[], ADD COLUMN seal bytea;
-- Null for rows that were moved here before there were chains.
ALTER TABLE erased_audit_log ADD COLUMN seq bigint, ADD COLUMN hash bytea, ADD COLUMN salts uuid[],
  ADD COLUMN commitments bytea[], ADD COLUMN seal bytea;

-- What a hash is made of. Here, and not in access.sql, for it is never changed: rows are there that were hashed so.
-- audit/chain.ts computes the same.

-- With its length before it, so that no two lists of texts are alike; null is like none of them.
CREATE FUNCTION audit_field(value text) RETURNS bytea LANGUAGE sql STABLE
  RETURN coalesce(int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8'), '\xffffffff'::bytea);

CREATE FUNCTION audit_commitment(salt uuid, value text) RETURNS bytea LANGUAGE sql STABLE
  RETURN sha256(uuid_send(salt) || audit_field(value));

CREATE FUNCTION audit_commitments(salts uuid[], actor jsonb, subject text, account_id text, remote_address text, request_id text)
  RETURNS bytea[] LANGUAGE sql STABLE
  RETURN ARRAY[audit_commitment(salts[1], actor->>'id'), audit_commitment(salts[2], subject),
    audit_commitment(salts[3], account_id), audit_commitment(salts[4], remote_address),
    audit_commitment(salts[5], request_id)];

-- `at` in microseconds, which is all that the database keeps.
CREATE FUNCTION audit_hash(genesis bytea, before bytea, seq bigint, at timestamptz, kind text, action text, channel text,
    outcome text, commitments bytea[]) RETURNS bytea LANGUAGE sql STABLE
  RETURN sha256('\x01'::bytea || genesis || before || int8send(seq) || int8send((extract(epoch FROM at) * 1000000)::bigint)
    || audit_field(kind) || audit_field(action) || audit_field(channel) || audit_field(outcome)
    || commitments[1] || commitments[2] || commitments[3] || commitments[4] || commitments[5]);

CREATE FUNCTION audit_salts() RETURNS uuid[] LANGUAGE sql VOLATILE
  RETURN ARRAY[gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid()];

-- The chain's head, made where there is none yet, and locked until the transaction ends.
CREATE FUNCTION locked_head(named text) RETURNS audit_heads LANGUAGE plpgsql VOLATILE AS $$
  DECLARE
    head public.audit_heads;
    new_salt uuid;
    genesis bytea;
  BEGIN
    SELECT * INTO head FROM public.audit_heads h WHERE h.chain = named FOR UPDATE;
    IF FOUND THEN RETURN head;
    END IF;
    new_salt := pg_catalog.gen_random_uuid();
    genesis := public.audit_commitment(new_salt, named);
    INSERT INTO public.audit_heads (chain, genesis, salt, hash, anchor_hash)
      VALUES (named, genesis, new_salt, genesis, genesis) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM public.audit_heads h WHERE h.chain = named FOR UPDATE;
    RETURN head;
  END
$$;

-- The rows that are there, in the order in which they were written. The wall stands before the owner, too, so it is opened meanwhile.
ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY;
DO $$
  DECLARE
    entry record;
    head audit_heads;
    fresh uuid[];
    kept bytea[];
  BEGIN
    FOR entry IN SELECT * FROM audit_log ORDER BY id LOOP
      head := locked_head('tenant/' || entry.billing_account_id);
      fresh := audit_salts();
      kept := audit_commitments(fresh, entry.actor, entry.subject, entry.account_id, NULL, entry.request_id);
      head.seq := head.seq + 1;
      head.hash := audit_hash(head.genesis, head.hash, head.seq, entry.at, entry.actor->>'kind', entry.action, entry.channel,
        entry.outcome, kept);
      UPDATE audit_log a SET seq = head.seq, hash = head.hash, salts = fresh, commitments = kept WHERE a.id = entry.id;
      UPDATE audit_heads h SET seq = head.seq, hash = head.hash WHERE h.chain = head.chain;
    END LOOP;
    FOR entry IN SELECT * FROM platform_audit_log ORDER BY id LOOP
      head := locked_head('platform');
      fresh := audit_salts();
      kept := audit_commitments(fresh, entry.actor, entry.subject, NULL, NULL, entry.request_id);
      head.seq := head.seq + 1;
      head.hash := audit_hash(head.genesis, head.hash, head.seq, entry.at, entry.actor->>'kind', entry.action, NULL,
        entry.outcome, kept);
      UPDATE platform_audit_log a SET seq = head.seq, hash = head.hash, salts = fresh, commitments = kept WHERE a.id = entry.id;
      UPDATE audit_heads h SET seq = head.seq, hash = head.hash WHERE h.chain = head.chain;
    END LOOP;
  END
$$;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;

ALTER TABLE audit_log ALTER COLUMN seq SET NOT NULL, ALTER COLUMN hash SET NOT NULL, ALTER COLUMN salts SET NOT NULL,
  ALTER COLUMN commitments SET NOT NULL;
ALTER TABLE platform_audit_log ALTER COLUMN seq SET NOT NULL, ALTER COLUMN hash SET NOT NULL, ALTER COLUMN salts SET NOT NULL,
  ALTER COLUMN commitments SET NOT NULL;
DROP INDEX audit_log_by_tenant;
CREATE UNIQUE INDEX audit_log_by_tenant ON audit_log (billing_account_id, seq);
CREATE UNIQUE INDEX platform_audit_log_by_seq ON platform_audit_log (seq);
DROP INDEX erased_audit_log_by_pseudonym;
CREATE UNIQUE INDEX erased_audit_log_by_pseudonym ON erased_audit_log (pseudonym, seq);
