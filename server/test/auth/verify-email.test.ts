/** An address, and the mailed link that shows whose it is. */
import type { BillingAccountId } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, postJson, problemOf, signIn, startEdge } from "../support/edge.ts";
import { type Outbox, testOutbox, tokenIn } from "../support/mail.ts";

let database: TestDatabase;
let outbox: Outbox;
let edge: Edge;
let acme: BillingAccountId;
/** Somebody of the test's own. */
let email: string;
let people = 0;

beforeAll(async () => {
  database = await testDatabase();
  outbox = await testOutbox();
  [acme] = await tenants(database.db, "acme");
  edge = await startEdge(database, { env: { DATA_DIR: outbox.dataDir } });
});
afterAll(async () => {
  await edge.close();
  await outbox.remove();
  await database.drop();
});
beforeEach(() => {
  people += 1;
  email = `person-${people}@acme.test`;
});

const verify = (token: string, query = "") =>
  postJson(`${edge.url}/api/auth/email/verify${query}`, { token });
const reset = (token: string) =>
  postJson(`${edge.url}/api/auth/password/reset`, { token, password: "a wholly new password" });

describe("an address", () => {
  const verified = async () => {
    const [row] = await asSuperuser(
      database,
      `SELECT id, "emailVerified" FROM auth."user" WHERE email = $1`,
      [email],
    );
    return row as { id: string; emailVerified: boolean };
  };

  test("is verified by the link that was mailed there, once, and by no other", async () => {
    await signIn(edge, acme, email);
    await asSuperuser(database, `UPDATE auth."user" SET "emailVerified" = false WHERE email = $1`, [email]);
    const { id } = await verified();
    await postJson(`${edge.url}/api/auth/password/forget`, { email });
    const forPassword = tokenIn(await outbox.mailTo(email));
    expect(await problemOf(await verify(forPassword))).toMatchObject({ status: 400, code: "link_invalid" });

    await edge.ctx.people.sendVerification(id, "en");
    const mail = await outbox.mailTo(email, 2);
    expect(mail).toMatch(/^http:\/\/console\.test\/verify-email#token=[\w-]{43}$/m);
    expect(await problemOf(await reset(tokenIn(mail)))).toMatchObject({ status: 400, code: "link_invalid" });
    const inAddress = await problemOf(await verify(tokenIn(mail), "?token=x"));
    expect(inAddress).toMatchObject({ status: 400, code: "invalid_request" });
    expect((await verified()).emailVerified).toBe(false);
    expect((await verify(tokenIn(mail))).status).toBe(200);
    expect((await verified()).emailVerified).toBe(true);
    expect(await problemOf(await verify(tokenIn(mail)))).toMatchObject({ status: 400, code: "link_invalid" });
  });

  test("that is verified gets no such mail", async () => {
    await signIn(edge, acme, email);
    await edge.ctx.people.sendVerification((await verified()).id, "en");
    const links = await asSuperuser(database, "SELECT FROM auth.mail_link WHERE email = $1", [email]);
    expect(links).toEqual([]);
  });
});
