import { spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LONG } from "../../../test/support/long.ts";
import { unmovedRegistrations } from "../../src/db/registrations.ts";
import { withNoTenant } from "../../src/db/tenant.ts";
import { Secret } from "../../src/secret.ts";
import { createVault } from "../../src/vault/vault.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { addOldRow, CLOSED, type OldRow } from "../support/old-registrations.ts";

const CHILD = fileURLToPath(new URL("../support/move-and-die.ts", import.meta.url));
const KILLS = LONG ? 50 : 5;
const BATCH = 4;
/** BEGIN, lock, read, copy, read back, delete, COMMIT. */
const STATEMENTS = 7;
const MOMENTS = ["before", "sent", "after"] as const;

const key = new Secret(randomBytes(32).toString("base64"));
const vault = createVault({ current: key, previous: [] });
let database: TestDatabase;
let all: BillingAccountId[];
let rows: OldRow[];
beforeAll(async () => {
  database = await testDatabase();
  all = await tenants(database.db, "acme", "umbrella", "initech");
});
afterAll(() => database.drop());

/** An installation where an upgrade begins: of each tenant five tokens, a session, and one that is closed. */
async function prepare(): Promise<OldRow[]> {
  await asSuperuser(database, "TRUNCATE connections, channel_registrations");
  const made: OldRow[] = [];
  for (const tenant of all) {
    for (let channel = 0; channel < 6; channel += 1) {
      const credential = channel === 5 ? null : { botToken: `${tenant}/${channel}` };
      const columns = credential ? { credential_fingerprint: randomBytes(32) } : {};
      made.push(
        await addOldRow(database, vault, tenant, { channel: `channel-${channel}`, credential, columns }),
      );
    }
    made.push({ ...(await addOldRow(database, vault, tenant, { columns: CLOSED })), credential: null });
  }
  return made;
}

/** @returns by what it ended: a signal, or its code */
function move(at: number, moment: string): Promise<string | number | null> {
  const args = [database.apiUrl, database.serviceUrl, key.reveal(), String(BATCH), String(at), moment];
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
}

/** Every row stands in exactly one of the tables, and what it was sealed with opens there. */
async function expectNothingLost(): Promise<{ moved: number }> {
  // In one look: what was killed may still be coming to its end in the database.
  const found = await asSuperuser(
    database,
    `SELECT id, false AS moved, encrypted_credential AS sealed FROM channel_registrations
     UNION ALL SELECT id, true, encrypted_credentials FROM connections`,
  );
  expect(found.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id).sort());
  for (const { id, billingAccountId, channel, credential } of rows) {
    const row = found.find((one) => one.id === id);
    const sealed = (row?.sealed ?? null) as Uint8Array | null;
    const aad = row?.moved
      ? { billingAccountId, connectionId: id, provider: `openclaw:${channel}` }
      : { billingAccountId, registrationId: id, channel };
    expect(sealed && vault.open(sealed, aad)).toEqual(credential);
  }
  return { moved: found.filter(({ moved }) => moved).length };
}

test("a move that is killed again and again, each time at a random statement, loses nothing and moves each row once", async () => {
  rows = await prepare();
  const last = STATEMENTS * (Math.ceil(rows.length / BATCH) + 1);
  let kills = 0;
  for (let round = 0; kills < KILLS; round += 1) {
    const at = randomInt(1, last + 1);
    const moment = MOMENTS[randomInt(MOMENTS.length)] ?? "sent";
    const what = `round ${round}: ${moment} statement ${at}`;
    const ended = await move(at, moment);
    // Fewer statements are left than it was to live for: it has come to its end.
    expect([0, "SIGKILL"], what).toContain(ended);
    const { moved } = await expectNothingLost();
    if (ended === "SIGKILL") kills += 1;
    if (moved === rows.length) rows = await prepare();
  }
  expect(await move(0, "never")).toBe(0);
  expect((await expectNothingLost()).moved).toBe(rows.length);
  expect(await withNoTenant(database.db, unmovedRegistrations)).toBe(0);
}, 600_000);
