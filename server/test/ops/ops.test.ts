import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashOfToken } from "../../src/auth/mail-links.ts";
import { type Config, readConfig } from "../../src/config.ts";
import { acceptAdministratorInvitation, lookUpAdministratorInvitation } from "../../src/db/administrators.ts";
import { lookUpApiKey } from "../../src/db/api-keys.ts";
import { acquireLease, recordReachable } from "../../src/db/gateways.ts";
import { lookUpInvitation } from "../../src/db/invitations.ts";
import { withNoTenant, withService } from "../../src/db/tenant.ts";
import { createLogger } from "../../src/log.ts";
import { runOps } from "../../src/ops/run.ts";
import { Secret } from "../../src/secret.ts";
import { createVault, encryptionKeyId } from "../../src/vault/vault.ts";
import { age, write } from "../support/audit.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { settings as edgeSettings, PUBLIC_URL } from "../support/edge.ts";
import { type Outbox, testOutbox, tokenIn } from "../support/mail.ts";

const newKey = () => new Secret(randomBytes(32).toString("base64"));
const key = newKey();

let database: TestDatabase;
let outbox: Outbox;
let settings: Config;
beforeEach(async () => {
  database = await testDatabase();
  outbox = await testOutbox();
  settings = readConfig(edgeSettings(database));
});
afterEach(async () => {
  await database.drop();
  await outbox.remove();
});

async function ops(
  line: string,
  encryption: { current: Secret; previous: Secret[] } = { current: key, previous: [] },
) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runOps(line.split(" ").filter(Boolean), {
    config: () => ({
      database: {
        apiUrl: new Secret(database.apiUrl),
        serviceUrl: new Secret(database.serviceUrl),
        ownerUrl: new Secret(database.ownerUrl),
      },
      encryption,
      gateway: settings.gateway,
      http: settings.http,
      mail: null,
      dataDir: outbox.dataDir,
      timing: settings.timing,
      auditDays: settings.auditDays,
    }),
    log: createLogger("silent"),
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join("\n"), err: err.join("\n"), json: () => JSON.parse(out.join("\n")) };
}

describe("the operator's command line", () => {
  test("explains itself without settings, as a whole and by the command", async () => {
    const config = () => expect.unreachable();
    const out: string[] = [];
    const io = {
      config,
      log: createLogger("silent"),
      out: (text: string) => out.push(text),
      err: () => undefined,
    };
    expect(await runOps([], io)).toBe(0);
    expect(await runOps(["--help"], io)).toBe(0);
    expect(await runOps(["tenants", "create", "--help"], io)).toBe(0);
    for (const words of [
      "doctor",
      "tenants create <id>",
      "tenants list",
      "keys rotate",
      "credentials forget",
    ]) {
      expect(out[0]).toContain(words);
    }
    expect(out[2]).toContain("--name");
  });

  test("answers 2 to a line it does not understand", async () => {
    for (const line of [
      "dance",
      "tenants",
      "tenants create",
      "tenants create a b",
      "doctor --what",
      "tenants create A",
    ]) {
      expect((await ops(line)).code, line).toBe(2);
    }
  });

  test("creates a tenant whose key works at once, and refuses a second of its id", async () => {
    const made = await ops("tenants create acme --name Acme --json");
    expect(made.code).toBe(0);
    const { billingAccountId, apiKey } = made.json();
    expect(billingAccountId).toBe("acme");
    expect(await lookUpApiKey(database.db, apiKey)).toMatchObject({ billingAccountId: "acme" });
    expect(await ops("tenants create acme")).toMatchObject({
      code: 1,
      err: expect.stringContaining("tenant_exists"),
    });
    expect((await ops("tenants list --json")).json()).toMatchObject([
      { id: "acme", name: "Acme", status: "active" },
    ]);
  });

  test("creates a tenant with an invitation of its owner, mailed and printed once, and without a key", async () => {
    const made = await ops("tenants create acme --owner Ann@Acme.test --json");
    expect(made.code).toBe(0);
    const { link, ...rest } = made.json();
    expect(rest).toEqual({ billingAccountId: "acme", invited: "ann@acme.test" });
    expect(link).toMatch(new RegExp(`^${PUBLIC_URL}/invitation#token=`));
    expect(await outbox.mailTo("ann@acme.test")).toContain(link);
    const offer = await withNoTenant(database.db, (tx) => lookUpInvitation(tx, hashOfToken(tokenIn(link))));
    expect(offer).toMatchObject({ billingAccountId: "acme", role: "owner", email: "ann@acme.test" });
    expect(await asSuperuser(database, "SELECT FROM api_keys")).toEqual([]);
  });

  test("invites to a tenant anew: the newest link alone is good, and nobody is invited who is a member already", async () => {
    const first = (await ops("tenants create acme --owner ann@acme.test --json")).json().link;
    const again = await ops("tenants invite acme Ann@Acme.test --json");
    const { link, ...rest } = again.json();
    expect([again.code, rest]).toEqual([
      0,
      { billingAccountId: "acme", invited: "ann@acme.test", role: "owner" },
    ]);
    expect(await outbox.mailTo("ann@acme.test")).toContain("acme");
    const offered = (of: string) =>
      withNoTenant(database.db, (tx) => lookUpInvitation(tx, hashOfToken(tokenIn(of))));
    expect(await offered(first)).toBeNull();
    expect(await offered(link)).toMatchObject({ billingAccountId: "acme", role: "owner" });
    const acts = await asSuperuser(
      database,
      "SELECT actor->>'id' AS actor FROM audit_log WHERE action = 'invitation.create'",
    );
    expect(acts).toEqual([{ actor: "operator" }]);

    await asSuperuser(
      database,
      `INSERT INTO auth."user" (id, name, email) VALUES ('a', 'Ann', 'ann@acme.test');
       INSERT INTO members (billing_account_id, user_id, role) VALUES ('acme', 'a', 'viewer')`,
    );
    for (const line of [
      "acme ann@acme.test",
      "nobody ann@acme.test",
      "acme ann",
      "acme b@c.de --role king",
    ]) {
      expect((await ops(`tenants invite ${line}`)).code, line).toBe(2);
    }
  });

  test("refuses an owner without an address, and a name that can't be read, and makes nothing", async () => {
    for (const line of ["--owner ann", "--owner", "--name a\u202Eb", `--name ${"x".repeat(81)}`]) {
      expect((await ops(`tenants create acme ${line}`)).code, line).toBe(2);
    }
    expect((await ops("tenants list --json")).json()).toEqual([]);
  });

  test("makes an administrator by a link that is mailed, printed once and good once, and takes the role from the last", async () => {
    const made = await ops("admins create Olga@Platform.test --json");
    const { link, ...rest } = made.json();
    expect([made.code, rest]).toEqual([0, { invited: "olga@platform.test" }]);
    expect(await outbox.mailTo("olga@platform.test")).toContain(link);
    const newer = (await ops("admins create olga@platform.test --json")).json().link;
    const offered = (of: string) =>
      withNoTenant(database.db, (tx) => lookUpAdministratorInvitation(tx, hashOfToken(tokenIn(of))));
    expect(await offered(link)).toBeNull();
    expect(await offered(newer)).toMatchObject({ email: "olga@platform.test" });
    const people = `INSERT INTO auth."user" (id, name, email) VALUES ('o', 'Olga', 'olga@platform.test')`;
    await asSuperuser(database, people);
    const accept = () =>
      withNoTenant(database.db, (tx) => acceptAdministratorInvitation(tx, hashOfToken(tokenIn(newer)), "o"));
    expect([await accept(), await accept()]).toEqual([true, false]);
    expect((await ops("admins list --json")).json()).toMatchObject({
      administrators: [{ email: "olga@platform.test", name: "Olga" }],
      invited: [],
    });
    expect((await ops("admins create olga@platform.test")).code).toBe(2);
    expect((await ops("admins remove olga@platform.test")).code).toBe(0);
    expect((await ops("admins remove olga@platform.test")).code).toBe(2);
    expect((await ops("admins list --json")).json()).toEqual({ administrators: [], invited: [] });
    const acts = await asSuperuser(database, "SELECT action FROM platform_audit_log ORDER BY id");
    expect(acts.map(({ action }) => action)).toEqual([
      "administrator.invite",
      "administrator.invite",
      "administrator.remove",
    ]);
  });

  test("rotates keys, and forgets a lost one only when told so twice", async () => {
    const [acme] = await tenants(database.db, "acme");
    await register(database.db, acme as NonNullable<typeof acme>, {
      vault: createVault({ current: key, previous: [] }),
    });
    const next = newKey();
    const rotated = await ops("keys rotate --json", { current: next, previous: [key] });
    expect(rotated).toMatchObject({ code: 0, err: "resealed 1" });
    expect(rotated.json()).toEqual({ resealed: 1, unreadable: 0 });

    const unasked = await ops("credentials forget");
    expect(unasked).toMatchObject({ code: 2, err: expect.stringContaining(encryptionKeyId(next)) });
    expect((await ops("credentials forget --yes --json")).json()).toMatchObject({ credentials: 1 });
  });
});

describe("ops doctor", () => {
  const findings = async (encryption?: Parameters<typeof ops>[1]) => {
    const run = await ops("doctor --json", encryption);
    const found = run.json() as { check: string; ok: boolean; detail: string }[];
    return {
      code: run.code,
      wrong: found.filter(({ ok }) => !ok).map(({ check, detail }) => `${check}: ${detail}`),
    };
  };

  test("finds nothing wrong where nothing is", async () => {
    await tenants(database.db, "acme");
    await withService(database.db, async (tx) => {
      await acquireLease(tx, GATEWAY, "one", 60_000);
      await recordReachable(tx, GATEWAY, "one", true);
    });
    expect(await findings()).toEqual({ code: 0, wrong: [] });
  });

  test("says of an empty database that it is empty", async () => {
    await database.drop();
    database = await testDatabase(null);
    expect(await findings()).toEqual({ code: 1, wrong: [expect.stringMatching(/^schema: at 0/)] });
  });

  test("names a missing key, an open table, an older schema, an unheld gateway and drift", async () => {
    const [acme] = await tenants(database.db, "acme");
    await register(database.db, acme as NonNullable<typeof acme>, {
      vault: createVault({ current: key, previous: [] }),
    });
    await asSuperuser(database, "ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY");
    const { code, wrong } = await findings({ current: newKey(), previous: [] });
    expect(code).toBe(1);
    expect(wrong).toEqual([
      "wall between tenants: open: api_keys",
      `encryption keys: ${encryptionKeyId(key)} (MISSING): 1 rows`,
      expect.stringMatching(/^gateway shared: unreachable/),
      "acme/telegram: should be connected, is not at the gateway",
    ]);
    // Of an older one only what every version has can be asked.
    await asSuperuser(database, "DELETE FROM schema_migrations WHERE version > 1");
    expect((await findings()).wrong).toEqual([
      expect.stringMatching(/^schema: at 1/),
      "wall between tenants: open: api_keys",
    ]);
  });
});

describe("ops audit", () => {
  test("verifies all chains or one, also against a log, and ends with 1 and the row's name where one was changed", async () => {
    const [acme] = await tenants(database.db, "acme", "umbrella");
    await write(database, acme, 3);
    const whole = await ops("audit verify");
    expect([whole.code, whole.out]).toEqual([0, "The audit is whole: 3 rows in 1 chain."]);
    expect((await ops("audit verify --tenant acme --json")).json()).toEqual({
      chains: 1,
      rows: 3,
      findings: [],
    });
    const head = { chain: "tenant/acme", genesis: "0".repeat(16), seq: 3, hash: "0".repeat(32) };
    const log = join(outbox.dataDir, "control-plane.log");
    await writeFile(log, `${JSON.stringify({ auditHeads: [head] })}\n`);
    const compared = await ops(`audit verify --heads ${log}`);
    expect([compared.code, compared.out]).toEqual([
      1,
      expect.stringContaining("tenant/acme: stands in the log with 3 rows"),
    ]);

    await asSuperuser(database, "UPDATE audit_log SET outcome = 'x' WHERE seq = 2");
    const broken = await ops("audit verify");
    expect([broken.code, broken.out]).toEqual([
      1,
      "tenant/acme: row 2 was changed, or does not follow from row 1\nThe audit was tampered with: 1 finding in 3 rows in 1 chain.",
    ]);
    expect((await ops("audit verify --json")).json().findings).toMatchObject([{ seq: 2, fault: "changed" }]);
    expect(await ops("audit verify --tenant nobody")).toMatchObject({
      code: 2,
      err: expect.stringContaining("nobody"),
    });
    expect(await ops("audit verify --heads /no/such/file")).toMatchObject({ code: 2 });
  });

  test("drops at once what is past its time", async () => {
    const [acme] = await tenants(database.db, "acme");
    await write(database, acme, 3);
    await age(database, acme, [500, 400, 0]);
    expect((await ops("audit prune --json")).json()).toEqual({ dropped: 2, days: 365 });
    expect((await ops("audit verify")).code).toBe(0);
  });
});

test("a restart is announced, ended and refused for what is no gateway or no time, on the record", async () => {
  await tenants(database.db, "acme");
  const planned = () =>
    asSuperuser(
      database,
      `SELECT planned_until - planned_from = interval '15 minutes' AS planned FROM gateways WHERE id = '${GATEWAY}'`,
    );
  expect((await ops(`gateways maintain ${GATEWAY} --minutes 15`)).code).toBe(0);
  expect(await planned()).toEqual([{ planned: true }]);
  expect((await ops(`gateways maintain ${GATEWAY} --minutes 0`)).code).toBe(0);
  expect(await planned()).toEqual([{ planned: null }]);
  for (const wrong of ["gateways maintain none --minutes 5", `gateways maintain ${GATEWAY} --minutes long`])
    expect((await ops(wrong)).code).toBe(2);
  expect(
    await asSuperuser(
      database,
      "SELECT outcome FROM platform_audit_log WHERE action = 'gateway.maintain' ORDER BY id",
    ),
  ).toEqual([{ outcome: "15 minutes" }, { outcome: "0 minutes" }]);
});
