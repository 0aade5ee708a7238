import { randomBytes } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { append } from "../../src/db/audit.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { actOnPlatform, entry, findings, rehash, write } from "../support/audit.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let chain: string;
const tamper = (sql: string) =>
  asSuperuser(database, sql.replaceAll("$acme", acme).replaceAll("$umbrella", umbrella));
const found = async () => (await findings(database)).map(({ chain, seq, fault }) => [chain, seq, fault]);

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await asSuperuser(database, "TRUNCATE audit_log, platform_audit_log, audit_heads");
  const suffix = randomBytes(4).toString("hex");
  [acme, umbrella] = await tenants(database.db, `acme-${suffix}`, `umbrella-${suffix}`);
  chain = `tenant/${acme}`;
  await write(database, acme, 6);
  await write(database, umbrella, 3);
  await actOnPlatform(database);
  await actOnPlatform(database);
});

test("an audit that nobody touched verifies, with umlauts, empty fields and characters of four bytes in it", async () => {
  await write(database, acme, 1, { subject: "Ümläut 🦊 “x”", channel: null, accountId: null, meta: null });
  await write(database, acme, 1, { subject: "", outcome: "" });
  expect(await findings(database)).toEqual([]);
});

describe("whoever has the database as a superuser is found out who", () => {
  const rowOf = "WHERE billing_account_id = '$acme' AND seq";
  test.each([
    ["edits what was done", `UPDATE audit_log SET action = 'x' ${rowOf} = 3`, 3, "changed"],
    ["edits what came of it", `UPDATE audit_log SET outcome = 'x' ${rowOf} = 3`, 3, "changed"],
    ["edits the channel", `UPDATE audit_log SET channel = NULL ${rowOf} = 3`, 3, "changed"],
    [
      "edits the time by a microsecond",
      `UPDATE audit_log SET at = at + interval '1 us' ${rowOf} = 3`,
      3,
      "changed",
    ],
    [
      "edits who it was",
      `UPDATE audit_log SET actor = '{"kind": "person", "id": "bob"}' ${rowOf} = 3`,
      3,
      "changed",
    ],
    [
      "edits what kind of actor it was",
      `UPDATE audit_log SET actor = actor || '{"kind": "key"}' ${rowOf} = 3`,
      3,
      "changed",
    ],
    [
      "adds a word to the actor",
      `UPDATE audit_log SET actor = actor || '{"x": 1}' ${rowOf} = 3`,
      3,
      "changed",
    ],
    ["edits whom it was done to", `UPDATE audit_log SET subject = 'x' ${rowOf} = 3`, 3, "changed"],
    ["edits the account", `UPDATE audit_log SET account_id = 'x' ${rowOf} = 3`, 3, "changed"],
    ["edits from where", `UPDATE audit_log SET remote_address = '::2' ${rowOf} = 3`, 3, "changed"],
    ["edits the request", `UPDATE audit_log SET request_id = NULL ${rowOf} = 3`, 3, "changed"],
    ["removes a row in the middle", `DELETE FROM audit_log ${rowOf} = 3`, 3, "missing"],
    ["removes the first row", `DELETE FROM audit_log ${rowOf} = 1`, 1, "missing"],
    ["removes the tail", `DELETE FROM audit_log ${rowOf} > 4`, 5, "missing"],
    [
      "moves the head to a tail cut off",
      `DELETE FROM audit_log ${rowOf} > 4; UPDATE audit_heads SET seq = 4 WHERE chain = 'tenant/$acme'`,
      null,
      "end",
    ],
    [
      "edits the head's place",
      "UPDATE audit_heads SET seq = seq + 2 WHERE chain = 'tenant/$acme'",
      7,
      "missing",
    ],
    [
      "edits the head's hash",
      "UPDATE audit_heads SET hash = sha256(hash) WHERE chain = 'tenant/$acme'",
      null,
      "end",
    ],
    ["removes the head", "DELETE FROM audit_heads WHERE chain = 'tenant/$acme'", null, "chain"],
    [
      "pretends that someone was erased",
      `UPDATE audit_log SET actor = '{"kind": "person", "id": "subject:00000000000000000000000000000000"}', salts[1] = NULL ${rowOf} = 3`,
      3,
      "erased",
    ],
    [
      "puts a seal of their own beside that",
      `UPDATE audit_log SET subject = 'x', salts[2] = NULL, seal = sha256('x') ${rowOf} = 3`,
      3,
      "erased",
    ],
    [
      "drops every salt",
      `UPDATE audit_log SET salts = '{}', actor = '{"kind": "person", "id": "bob"}' ${rowOf} = 3`,
      3,
      "erased",
    ],
  ] as const)("%s", async (_, sql, seq, fault) => {
    await tamper(sql);
    expect(await found()).toEqual([[chain, seq, fault]]);
  });

  test("edits a hash", async () => {
    await tamper(`UPDATE audit_log SET hash = sha256(hash) ${rowOf} = 3`);
    expect(await found()).toEqual([
      [chain, 3, "changed"],
      [chain, 4, "changed"],
    ]);
  });

  test("edits the anchor", async () => {
    await tamper("UPDATE audit_heads SET anchor_hash = sha256(anchor_hash) WHERE chain = 'tenant/$acme'");
    expect(await found()).toEqual([
      [chain, 1, "changed"],
      [chain, null, "anchor"],
    ]);
  });

  test("drops the beginning, and moves the anchor behind it as it should be", async () => {
    await tamper(`UPDATE audit_heads SET anchor_seq = 2, anchor_hash = (SELECT hash FROM audit_log ${rowOf} = 2)
      WHERE chain = 'tenant/$acme'; DELETE FROM audit_log ${rowOf} <= 2`);
    expect(await found()).toEqual([[chain, null, "anchor"]]);
  });

  test("moves the anchor, and leaves the rows before it", async () => {
    await tamper(`UPDATE audit_heads SET anchor_seq = 1, anchor_hash = (SELECT hash FROM audit_log ${rowOf} = 1)
      WHERE chain = 'tenant/$acme'`);
    expect(await found()).toEqual([
      [chain, 1, "anchor"],
      [chain, null, "anchor"],
    ]);
  });

  test("swaps two rows: both are named", async () => {
    await tamper(`UPDATE audit_log SET seq = -2 ${rowOf} = 2; UPDATE audit_log SET seq = 2 ${rowOf} = 5;
      UPDATE audit_log SET seq = 5 ${rowOf} = -2`);
    const rows = (await found()).map(([, seq]) => seq);
    expect(rows).toContain(2);
    expect(rows).toContain(5);
  });

  test("adds a row behind the trigger's back: at the end, and in the place of another", async () => {
    const copy = (
      seq: number,
    ) => `INSERT INTO audit_log (billing_account_id, actor, action, outcome, seq, hash, salts, commitments)
      SELECT billing_account_id, actor, 'forged', outcome, ${seq}, hash, salts, commitments FROM audit_log ${rowOf} = 6`;
    await tamper(`ALTER TABLE audit_log DISABLE TRIGGER chain; ${copy(7)}; DROP INDEX audit_log_by_tenant; ${copy(3)};
      ALTER TABLE audit_log ENABLE TRIGGER chain`);
    expect(await found()).toEqual([
      [chain, 3, "added"],
      [chain, 7, "added"],
    ]);
    await tamper("DELETE FROM audit_log WHERE action = 'forged'");
    await tamper("CREATE UNIQUE INDEX audit_log_by_tenant ON audit_log (billing_account_id, seq)");
  });

  test("edits a row and its hash: the row behind it is named, which does not follow", async () => {
    await tamper(`UPDATE audit_log SET outcome = 'x' ${rowOf} = 3`);
    await tamper(`UPDATE audit_log a SET hash = audit_hash(h.genesis, b.hash, a.seq, a.at, a.actor->>'kind', a.action, a.channel,
      a.outcome, a.commitments) FROM audit_log b, audit_heads h WHERE b.billing_account_id = '$acme' AND b.seq = 2
      AND h.chain = 'tenant/$acme' AND a.billing_account_id = '$acme' AND a.seq = 3`);
    expect(await found()).toEqual([[chain, 4, "changed"]]);
  });

  test("gives one tenant's whole chain to another", async () => {
    await tamper(`UPDATE audit_log SET billing_account_id = '$umbrella', seq = seq + 100 WHERE billing_account_id = '$acme';
      DELETE FROM audit_log WHERE billing_account_id = '$umbrella' AND seq < 100;
      UPDATE audit_log SET seq = seq - 100 WHERE billing_account_id = '$umbrella';
      DELETE FROM audit_heads WHERE chain = 'tenant/$umbrella';
      UPDATE audit_heads SET chain = 'tenant/$umbrella' WHERE chain = 'tenant/$acme'`);
    expect(await found()).toEqual([[`tenant/${umbrella}`, null, "chain"]]);
  });

  test("edits what was done to the platform", async () => {
    await tamper("UPDATE platform_audit_log SET subject = 'another' WHERE seq = 2");
    expect(await found()).toEqual([["platform", 2, "changed"]]);
  });

  test("writes the whole chain anew: nothing in the database tells, and so the log does", async () => {
    await tamper(`UPDATE audit_log SET outcome = 'x' ${rowOf} = 3`);
    await rehash(database, acme, 3);
    expect(await found()).toEqual([]);
  });
});

test("every fault of a chain is named, and a fault in one chain is none of another's", async () => {
  await tamper("UPDATE audit_log SET outcome = 'x' WHERE billing_account_id = '$acme' AND seq IN (2, 5)");
  await tamper("DELETE FROM audit_log WHERE billing_account_id = '$umbrella' AND seq = 2");
  expect(await found()).toEqual([
    [chain, 2, "changed"],
    [chain, 5, "changed"],
    [`tenant/${umbrella}`, 2, "missing"],
  ]);
  expect(await findings(database, { chain: "platform" })).toEqual([]);
});

test("sixteen writers of one tenant leave one chain, without gaps, in the order of its times", async () => {
  await Promise.all(Array.from({ length: 16 }, () => write(database, acme, 10)));
  expect(await findings(database)).toEqual([]);
  const [told] = await asSuperuser(
    database,
    `SELECT count(*)::integer AS rows, max(seq)::integer AS last, bool_and(rising) AS rising
     FROM (SELECT seq, at > lag(at, 1, '-infinity') OVER (ORDER BY seq) AS rising FROM audit_log WHERE billing_account_id = $1) r`,
    [acme],
  );
  expect(told).toEqual({ rows: 166, last: 166, rising: true });
});

test("an act that is undone leaves no row, and no gap", async () => {
  const failing = withTenant(database.db, acme, async (tx) => {
    await append(tx, entry(acme));
    throw new Error("undone");
  });
  await expect(failing).rejects.toThrow("undone");
  await write(database, acme, 1);
  expect(await findings(database)).toEqual([]);
  const [last] = await asSuperuser(
    database,
    "SELECT max(seq)::integer AS seq FROM audit_log WHERE billing_account_id = $1",
    [acme],
  );
  expect(last).toEqual({ seq: 7 });
});
