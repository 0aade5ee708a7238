import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readLoggedHeads } from "../../src/audit/logged-heads.ts";
import { pruneAudit } from "../../src/audit/prune.ts";
import { deleteByOperator } from "../../src/auth/deletion.ts";
import { suspendByOperator } from "../../src/auth/suspension.ts";
import { append } from "../../src/db/audit.ts";
import { createBillingAccount } from "../../src/db/billing-accounts.ts";
import { deletionsOn } from "../../src/db/deletions.ts";
import { addMember } from "../../src/db/members.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { createLogger } from "../../src/log.ts";
import { eraseTenant } from "../../src/reconcile/deletions.ts";
import { keepAudit } from "../../src/reconcile/keep-audit.ts";
import { actOnPlatform, age, entry, findings, rehash, seals, write } from "../support/audit.ts";
import { asSuperuser, GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let folder: string;
let lines: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cogni-audit-"));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  database = await testDatabase();
  lines = [];
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  return () => database.drop();
});

const log = createLogger("info", { write: (line) => void lines.push(line) });
const seqs = async (tenant: BillingAccountId) =>
  (
    await asSuperuser(
      database,
      "SELECT seq::integer FROM audit_log WHERE billing_account_id = $1 ORDER BY seq",
      [tenant],
    )
  ).map(({ seq }) => seq);
const prune = async (keepDays: number, spanDays: number | null = null) => {
  let dropped = 0;
  await pruneAudit(database.db, { keepDays, spanDays }, (_, rows) => {
    dropped += rows;
  });
  return dropped;
};

describe("what is past its time", () => {
  test("is dropped from the beginning on, and the rest verifies from the anchor that is kept", async () => {
    await write(database, acme, 6);
    await write(database, umbrella, 2);
    await age(database, acme, [400, 399, 390, 90, 5, 0]);
    expect(await prune(365)).toBe(3);
    expect(await seqs(acme)).toEqual([4, 5, 6, 7]);
    expect(await findings(database)).toEqual([]);
    // Once is enough.
    expect(await prune(365)).toBe(0);
    expect(await prune(60)).toBe(1);
    expect(await seqs(acme)).toEqual([5, 6, 7, 8]);
    expect(await findings(database)).toEqual([]);
    await asSuperuser(
      database,
      "UPDATE audit_heads SET anchor_hash = sha256(anchor_hash) WHERE chain = 'tenant/acme'",
    );
    expect(await findings(database)).toMatchObject([{ seq: 5, fault: "changed" }, { fault: "anchor" }]);
  });

  test("is never younger than 30 days, whatever is asked for", async () => {
    await write(database, acme, 3);
    await age(database, acme, [40, 29, 0]);
    expect(await prune(1)).toBe(1);
    expect(await seqs(acme)).toEqual([2, 3, 4]);
  });

  test("is a day's rows at a time for the worker: a clock that jumps ahead takes no more along", async () => {
    await write(database, acme, 5);
    await age(database, acme, [100, 99.9, 80, 70, 60]);
    expect(await prune(30, 1)).toBe(2);
    expect(await prune(30, 1)).toBe(1);
    expect(await seqs(acme)).toEqual([4, 5, 6, 7]);
    expect(await findings(database)).toEqual([]);
  });

  test("does not pass a row that was written while the clock was ahead, and times that go back verify", async () => {
    await write(database, acme, 4);
    await age(database, acme, [400, -700, 400, 400]);
    expect(await findings(database)).toEqual([]);
    expect(await prune(365)).toBe(1);
    expect(await seqs(acme)).toEqual([2, 3, 4, 5]);
  });

  test("of a tenant with nothing younger is all of it, and the word of it remains", async () => {
    await write(database, acme, 2);
    await age(database, acme, [400, 400]);
    expect(await prune(365)).toBe(2);
    expect(await seqs(acme)).toEqual([3]);
    await age(database, acme, [0, 0, 400]);
    expect(await prune(365)).toBe(0);
    expect(await seqs(acme)).toEqual([3]);
    expect(await findings(database)).toEqual([]);
  });
});

describe("where chains end, as the log tells", () => {
  const compared = async () => {
    const path = join(folder, "control-plane.log");
    await writeFile(path, `not ours\n${lines.join("")}{"auditHeads": [cut off`);
    return findings(database, { logged: await readLoggedHeads(path) });
  };
  /** As a worker that runs for a moment: it tells at its start, and at its end. */
  const runWorker = async (meanwhile: () => Promise<void> = async () => undefined) => {
    const keeper = keepAudit({ db: database.db, keepDays: 365, timing: { headsMs: 1e6, pruneMs: 1e6 }, log });
    await meanwhile();
    await keeper.stop();
  };
  const cutTo = (seq: number) =>
    asSuperuser(
      database,
      `UPDATE audit_heads h SET seq = a.seq, hash = a.hash FROM audit_log a
         WHERE h.chain = 'tenant/acme' AND a.billing_account_id = 'acme' AND a.seq = ${seq};
       DELETE FROM audit_log WHERE billing_account_id = 'acme' AND seq > ${seq}`,
    );

  test("is written when they have grown, and only then, with nothing of what was done", async () => {
    await write(database, acme, 3, {
      subject: "canary-subject",
      actor: { kind: "person", id: "canary-person" },
    });
    await runWorker();
    const told = JSON.parse(lines[0] ?? "").auditHeads;
    expect(told).toEqual([
      {
        chain: "tenant/acme",
        genesis: expect.stringMatching(/^\w{16}$/),
        seq: 3,
        hash: expect.stringMatching(/^\w{32}$/),
      },
    ]);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain("canary");
    await runWorker(() => write(database, umbrella, 1));
    expect(lines.join()).toContain("tenant/umbrella");
    expect(await compared()).toEqual([]);
  });

  test("shows a tail that was cut, although rows and head agree", async () => {
    await write(database, acme, 5);
    await runWorker();
    await cutTo(3);
    expect(await findings(database)).toEqual([]);
    expect(await compared()).toMatchObject([{ chain: "tenant/acme", seq: 4, fault: "missing" }]);
  });

  test("shows it also after the chain has grown past it again", async () => {
    await write(database, acme, 5);
    await runWorker();
    await cutTo(3);
    await write(database, acme, 4);
    await runWorker();
    expect(await findings(database)).toEqual([]);
    expect(await compared()).toMatchObject([{ chain: "tenant/acme", seq: 5, fault: "changed" }]);
  });

  test("shows a chain that was written anew, and one that is gone with its head", async () => {
    await write(database, acme, 4);
    await write(database, umbrella, 2);
    await runWorker();
    await asSuperuser(
      database,
      "UPDATE audit_log SET outcome = 'x' WHERE billing_account_id = 'acme' AND seq = 2",
    );
    await rehash(database, acme, 2);
    await asSuperuser(database, "DELETE FROM audit_log WHERE billing_account_id = 'umbrella'");
    await asSuperuser(database, "DELETE FROM audit_heads WHERE chain = 'tenant/umbrella'");
    expect(await findings(database)).toEqual([]);
    expect(await compared()).toMatchObject([
      { chain: "tenant/acme", seq: 4, fault: "changed" },
      { chain: "tenant/umbrella", seq: null, fault: "chain" },
    ]);
  });

  test("holds for what is dropped and erased by the program", async () => {
    await write(database, acme, 4);
    await write(database, umbrella, 3);
    await runWorker();
    await age(database, umbrella, [0, 0, 0]);
    await erase();
    expect(await compared()).toEqual([]);
    await asSuperuser(database, "UPDATE erased_audit_log SET at = at - interval '400 days'");
    expect(await prune(365)).toBe(6);
    expect(await asSuperuser(database, "SELECT FROM erased_audit_log")).toEqual([]);
    expect(await compared()).toEqual([]);
  });
});

/** As the worker does it. */
async function erase(tenant = acme): Promise<void> {
  await deleteByOperator(database.db, { billingAccountId: tenant, name: tenant.toUpperCase() });
  const deletion = (await withService(database.db, (tx) => deletionsOn(tx, GATEWAY))).find(
    ({ billingAccountId }) => billingAccountId === tenant,
  );
  const gateway = { reachable: () => true, eraseTenant: async () => undefined };
  const deps = { db: database.db, gateway, fingerprints: seals, nudge: () => undefined, log };
  if (!deletion || !(await eraseTenant(deps, deletion))) throw new Error("it is still there");
}

describe("the audit of those who are erased", () => {
  beforeEach(async () => {
    await asSuperuser(
      database,
      `INSERT INTO auth."user" (id, name, email) VALUES ('ann', 'Ann', 'ann@a.test')`,
    );
    await withService(database.db, (tx) =>
      addMember(tx, { billingAccountId: acme, userId: "ann", role: "owner" }),
    );
    await write(database, acme, 3);
    await write(database, umbrella, 2, { subject: "ann", actor: { kind: "key", id: "k" } });
    await write(database, umbrella, 2);
    await actOnPlatform(database, "acme");
  });

  test("verifies under pseudonyms, in every chain that named them, and says nothing of them", async () => {
    await erase();
    expect(await findings(database)).toEqual([]);
    const pseudonym = seals.pseudonym("tenant", acme);
    expect(await findings(database, { chain: `erased/${pseudonym}` })).toEqual([]);
    for (const table of ["audit_log", "erased_audit_log", "platform_audit_log", "audit_heads"]) {
      const rows = await asSuperuser(
        database,
        `SELECT FROM ${table} t WHERE t::text ~ '\\m(ann|acme|ACME)\\M'`,
      );
      expect(rows, table).toEqual([]);
    }
    const traced =
      "SELECT FROM audit_log WHERE actor->>'id' LIKE 'subject:%' AND (remote_address, request_id) IS NOT NULL";
    expect(await asSuperuser(database, traced)).toEqual([]);
    const acts = await asSuperuser(
      database,
      "SELECT action, subject FROM platform_audit_log ORDER BY seq DESC LIMIT 2",
    );
    expect(acts).toEqual([
      { action: "tenant.erase", subject: pseudonym },
      { action: "person.erase", subject: seals.pseudonym("subject", "ann") },
    ]);
  });

  test("verifies also between the steps, while some of its rows have moved", async () => {
    await asSuperuser(database, "ALTER TABLE erased_tenants ADD CONSTRAINT full_up CHECK (false) NOT VALID");
    await expect(erase()).rejects.toThrow();
    expect(await asSuperuser(database, "SELECT FROM erased_audit_log")).not.toEqual([]);
    expect(await findings(database)).toEqual([]);
  });

  test("shows whoever edits it, moves an act to someone erased, or undoes an erasure", async () => {
    await erase();
    const ann = seals.pseudonym("subject", "ann");
    const pseudonym = seals.pseudonym("tenant", acme);
    await asSuperuser(database, "UPDATE erased_audit_log SET outcome = 'x' WHERE seq = 2");
    await asSuperuser(database, "UPDATE erased_audit_log SET subject = $1 WHERE seq = 3", [ann]);
    await asSuperuser(
      database,
      `UPDATE audit_log SET actor = jsonb_build_object('kind', 'key', 'id', $1::text), salts[1] = NULL WHERE seq = 1`,
      [ann],
    );
    expect((await findings(database)).map(({ chain, seq, fault }) => [chain, seq, fault])).toEqual([
      [`erased/${pseudonym}`, 2, "changed"],
      [`erased/${pseudonym}`, 3, "erased"],
      ["tenant/umbrella", 1, "erased"],
    ]);
  });
});

test("suspensions, deletions, drops and acts of many at once wait for each other, and never for ever", async () => {
  const many = await tenants(database.db, ...Array.from({ length: 6 }, (_, index) => `many-${index}`));
  for (const tenant of many) await write(database, tenant, 2);
  const rounds = Array.from({ length: 20 }, (_, round) => many[round % 5] as BillingAccountId);
  const gone = many[5] as BillingAccountId;
  await Promise.all([
    ...rounds.map((tenant) => withTenant(database.db, tenant, (tx) => append(tx, entry(tenant)))),
    ...rounds.map((billingAccountId, round) =>
      suspendByOperator(database.db, { billingAccountId, suspended: round % 2 === 0 }),
    ),
    ...rounds.map(() => prune(365)),
    ...rounds.slice(0, 5).map(() =>
      withService(database.db, async (tx) => {
        for (const tenant of many.slice(0, 5)) await append(tx, entry(tenant));
      }),
    ),
    erase(gone),
    withService(database.db, (tx) =>
      createBillingAccount(tx, { id: "one-more" as BillingAccountId, name: "x" }),
    ),
  ]);
  expect(await findings(database)).toEqual([]);
});
