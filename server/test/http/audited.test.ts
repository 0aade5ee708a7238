/** Every route that changes something, called once as it is meant to be: the audit says so, and holds nothing that lets anyone in. */
import { type BillingAccountId, TENANT_HEADER } from "@cogni/contract";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROUTES } from "../../src/http/api.ts";
import { offer } from "../support/channels.ts";
import { asSuperuser, GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import {
  cookieOf,
  type Edge,
  PASSWORD,
  postJson,
  signIn,
  signInAdministrator,
  startEdge,
} from "../support/edge.ts";
import { type Outbox, testOutbox, tokenIn } from "../support/mail.ts";

type Headers = Readonly<Record<string, string>>;
/** What is known by now: answers of earlier calls, by the route. */
type Answers = ReadonlyMap<string, Record<string, never>>;
/** The call that is meant, and what the audit calls it; in an order in which each finds what it needs. */
interface Meant {
  readonly action: string;
  readonly by: "owner" | "operator" | "nobody";
  readonly body: (answers: Answers) => Promise<object> | object;
}

const CANARY = "canary-of-a-credential";
const NEW_PASSWORD = "canary of a new password";
const wallet = privateKeyToAccount(generatePrivateKey());

let database: TestDatabase;
let edge: Edge;
let outbox: Outbox;
let acme: BillingAccountId;
let owner: Headers;
let operator: Headers;
/** What must stand nowhere in the audit. */
const secrets = new Set([CANARY, NEW_PASSWORD, PASSWORD]);

beforeAll(async () => {
  database = await testDatabase();
  outbox = await testOutbox();
  [acme] = await tenants(database.db, "acme");
  edge = await startEdge(database, {
    env: { DATA_DIR: outbox.dataDir, TIMING: JSON.stringify({ wishWaitMs: 1 }) },
  });
  await offer(database.db, {
    method: "credentials",
    fields: [
      { name: "botToken", label: "Token", help: null, placeholder: null, secret: true, required: true },
    ],
    byApproval: true,
  });
  owner = { cookie: cookieOf(await signIn(edge, acme, "ann@acme.test")), [TENANT_HEADER]: acme };
  await signIn(edge, acme, "bob@acme.test", "viewer");
  operator = { cookie: cookieOf(await signInAdministrator(edge, "olga@platform.test")) };
});
afterAll(async () => {
  await edge.close();
  await outbox.remove();
  await database.drop();
});

const idOf = async (email: string) =>
  String((await asSuperuser(database, 'SELECT id FROM auth."user" WHERE email = $1', [email]))[0]?.id);
const tokenOf = (link: unknown) => new URL(String(link)).hash.replace(/^#(token=)?/, "");
const signed = async (purpose: "link" | "sign_in") => {
  const wish = { address: wallet.address, chainId: 1, purpose };
  const challenge = await postJson(
    `${edge.url}/api/auth/wallet/challenge`,
    wish,
    purpose === "link" ? owner : {},
  );
  const { message } = (await challenge.json()) as { message: string };
  return { message, signature: await wallet.signMessage({ message }) };
};

async function anAlert(tenant: string | null): Promise<object> {
  const [made] = await asSuperuser(
    database,
    `INSERT INTO alerts (billing_account_id, kind, code, needs_person, began_at, looked_at, opened_at)
     VALUES ($1, 'account_down', 'credential_refused', true, now(), now(), now()) RETURNING id`,
    [tenant],
  );
  return { id: made?.id };
}

const MEANT: Readonly<Record<string, Meant>> = {
  "POST /api/v1/channels/connect": {
    action: "channel.connect",
    by: "owner",
    body: () => ({ channel: "telegram", credential: CANARY, access: "approval" }),
  },
  "POST /api/v1/senders": {
    action: "sender.approve",
    by: "owner",
    async body() {
      await asSuperuser(
        database,
        `INSERT INTO pending_senders (billing_account_id, gateway_id, channel, sender, request_id, requested_at, expires_at)
         VALUES ('acme', $1, 'telegram', '42', 'r', now(), now() + interval '1 day')`,
        [GATEWAY],
      );
      return { channel: "telegram", sender: "42", decision: "approve" };
    },
  },
  "POST /api/v1/channels/disconnect": {
    action: "channel.disconnect",
    by: "owner",
    body: () => ({ channel: "telegram" }),
  },
  "POST /api/v1/alerts/acknowledge": {
    action: "alert.acknowledge",
    by: "owner",
    body: () => anAlert("acme"),
  },
  "POST /api/v1/operator/alerts/acknowledge": {
    action: "alert.acknowledge",
    by: "operator",
    body: () => anAlert(null),
  },
  "POST /api/v1/agent": {
    action: "agent.change",
    by: "owner",
    body: () => ({ instructions: CANARY, greeting: CANARY, model: null, version: 0 }),
  },
  "POST /api/v1/limits": {
    action: "limits.change",
    by: "owner",
    body: () => ({
      dayBudget: "1",
      monthBudget: null,
      callsPerMinute: null,
      tokensPerMinute: null,
      concurrentCalls: null,
      messagesPerDay: null,
      endUser: { dayBudget: null, callsPerMinute: null, messagesPerDay: null },
      reachedText: CANARY,
      timeZone: "UTC",
      version: 0,
    }),
  },
  "POST /api/v1/keys": {
    action: "key.create",
    by: "owner",
    body: () => ({ name: "k", scopes: ["channels:read"] }),
  },
  "POST /api/v1/keys/rotate": {
    action: "key.rotate",
    by: "owner",
    body: (answers) => ({ id: answers.get("POST /api/v1/keys")?.id }),
  },
  "POST /api/v1/keys/revoke": {
    action: "key.revoke",
    by: "owner",
    body: (answers) => ({ id: answers.get("POST /api/v1/keys")?.id }),
  },
  "POST /api/v1/members/role": {
    action: "member.role",
    by: "owner",
    body: async () => ({ userId: await idOf("bob@acme.test"), role: "manager" }),
  },
  "POST /api/v1/members/remove": {
    action: "member.remove",
    by: "owner",
    body: async () => ({ userId: await idOf("bob@acme.test") }),
  },
  "POST /api/v1/members/invite": {
    action: "invitation.create",
    by: "owner",
    body: () => ({ email: "nora@new.test", role: "viewer" }),
  },
  "POST /api/auth/invitation/accept": {
    action: "invitation.accept",
    by: "nobody",
    body: (answers) => ({
      token: tokenOf(answers.get("POST /api/v1/members/invite")?.link),
      name: "Nora",
      password: NEW_PASSWORD,
    }),
  },
  "POST /api/v1/members/revoke-invitation": {
    action: "invitation.revoke",
    by: "owner",
    async body() {
      const wish = { email: "max@new.test", role: "viewer" };
      const made = await postJson(`${edge.url}/api/v1/members/invite`, wish, owner);
      return { id: ((await made.json()) as { invitation: { id: string } }).invitation.id };
    },
  },
  "POST /api/v1/connect-links": { action: "connect_link.create", by: "owner", body: () => ({}) },
  "POST /api/auth/connect-link/open": {
    action: "connect_link.open",
    by: "nobody",
    body(answers) {
      const { id, url } = answers.get("POST /api/v1/connect-links") ?? {};
      return { id, token: tokenOf(url) };
    },
  },
  "POST /api/v1/connect-links/revoke": {
    action: "connect_link.revoke",
    by: "owner",
    body: (answers) => ({ id: answers.get("POST /api/v1/connect-links")?.id }),
  },
  "POST /api/v1/connect-links/settings": {
    action: "connect_link.settings",
    by: "owner",
    body: () => ({ name: "Acme", color: null, allowedOrigins: [] }),
  },
  "POST /api/v1/webhooks": {
    action: "webhook.create",
    by: "owner",
    body: () => ({ url: "https://hooks.acme.test/in", eventTypes: ["channel.state_changed"] }),
  },
  "POST /api/v1/webhooks/change": {
    action: "webhook.change",
    by: "owner",
    body: (answers) => ({ id: answers.get("POST /api/v1/webhooks")?.id, description: "another" }),
  },
  "POST /api/v1/webhooks/rotate-secret": {
    action: "webhook.rotate_secret",
    by: "owner",
    body: (answers) => ({ id: answers.get("POST /api/v1/webhooks")?.id }),
  },
  "POST /api/v1/webhooks/test": {
    action: "webhook.test",
    by: "owner",
    body: (answers) => ({ id: answers.get("POST /api/v1/webhooks")?.id }),
  },
  "POST /api/v1/webhooks/redeliver": {
    action: "webhook.redeliver",
    by: "owner",
    async body() {
      const sent = `UPDATE webhook_deliveries SET state = 'failed', finished_at = now() WHERE billing_account_id = 'acme' RETURNING id`;
      return { id: (await asSuperuser(database, sent))[0]?.id };
    },
  },
  "POST /api/v1/webhooks/pause": {
    action: "webhook.pause",
    by: "owner",
    body: (answers) => ({ id: answers.get("POST /api/v1/webhooks")?.id }),
  },
  "POST /api/v1/webhooks/resume": {
    action: "webhook.resume",
    by: "owner",
    body: (answers) => ({ id: answers.get("POST /api/v1/webhooks")?.id }),
  },
  "POST /api/v1/webhooks/delete": {
    action: "webhook.delete",
    by: "owner",
    body: (answers) => ({ id: answers.get("POST /api/v1/webhooks")?.id }),
  },
  "POST /api/v1/tenants": {
    action: "tenant.create",
    by: "owner",
    body: () => ({ id: "hooli", name: "Hooli" }),
  },
  "POST /api/v1/tenants/rename": { action: "tenant.rename", by: "owner", body: () => ({ name: "Acme Two" }) },
  "POST /api/auth/wallets/link": { action: "person.link_wallet", by: "owner", body: () => signed("link") },
  "POST /api/auth/wallet/sign-in": { action: "person.sign_in", by: "nobody", body: () => signed("sign_in") },
  "POST /api/auth/wallets/unlink": {
    action: "person.unlink_wallet",
    by: "owner",
    body: () => ({ address: wallet.address }),
  },
  "POST /api/auth/sign-in/email": {
    action: "person.sign_in",
    by: "nobody",
    body: () => ({ email: "ann@acme.test", password: PASSWORD }),
  },
  "POST /api/auth/sessions/end": { action: "person.sessions", by: "owner", body: () => ({ others: true }) },
  "POST /api/auth/email/verify": {
    action: "person.email",
    by: "nobody",
    async body() {
      await asSuperuser(
        database,
        `UPDATE auth."user" SET "emailVerified" = false WHERE email = 'bob@acme.test'`,
      );
      await edge.ctx.people.sendVerification(await idOf("bob@acme.test"), "en");
      return { token: tokenIn(await outbox.mailTo("bob@acme.test")) };
    },
  },
  "POST /api/auth/password/reset": {
    action: "person.password",
    by: "nobody",
    async body() {
      await postJson(`${edge.url}/api/auth/password/forget`, { email: "bob@acme.test" });
      return { token: tokenIn(await outbox.mailTo("bob@acme.test", 2)), password: NEW_PASSWORD };
    },
  },
  "POST /api/v1/operator/gateways/drain": {
    action: "gateway.drain",
    by: "operator",
    body: () => ({ gateway: GATEWAY, draining: true }),
  },
  "POST /api/v1/operator/tenants/create": {
    action: "tenant.create",
    by: "operator",
    body: () => ({ id: "umbrella", name: "Umbrella", owner: "uma@umbrella.test" }),
  },
  "POST /api/v1/operator/tenants/suspend": {
    action: "tenant.suspend",
    by: "operator",
    body: () => ({ billingAccountId: "umbrella" }),
  },
  "POST /api/v1/operator/tenants/resume": {
    action: "tenant.resume",
    by: "operator",
    body: () => ({ billingAccountId: "umbrella" }),
  },
  "POST /api/v1/operator/credits": {
    action: "credit.add",
    by: "operator",
    body: () => ({ billingAccountId: "umbrella", kind: "top_up", amount: "5000000000", note: CANARY }),
  },
  "POST /api/v1/operator/tenants/delete": {
    action: "tenant.delete",
    by: "operator",
    body: () => ({ billingAccountId: "umbrella", name: "Umbrella" }),
  },
  "POST /api/v1/tenants/delete": { action: "tenant.delete", by: "owner", body: () => ({ name: "Acme Two" }) },
  "POST /api/auth/sign-out": { action: "person.sign_out", by: "owner", body: () => ({}) },
};

/** Nothing that lasts is changed by it, or it is said by another entry. */
const WITHOUT: Readonly<Record<string, string>> = {
  "POST /api/auth/invitation/look": "looks",
  "POST /api/auth/wallet/challenge": "makes a message that nobody has signed yet",
  "POST /api/v1/alerts/mail": "whether one is mailed oneself concerns nobody else",
  "POST /api/v1/operator/alerts/mail": "the same",
  "POST /api/auth/password/forget": "mails a link, to whoever has the address: that it was used is an entry",
};

test("every route that changes something is here", () => {
  const changing = ROUTES.filter(({ doc }) => doc.method !== "get").map(
    ({ doc }) => `${doc.method.toUpperCase()} ${doc.path}`,
  );
  expect(Object.keys({ ...MEANT, ...WITHOUT }).sort()).toEqual(changing.sort());
});

test("each of them leaves an entry of that name, from that address and request, and none holds a secret", async () => {
  const answers = new Map<string, Record<string, never>>();
  for (const [route, { action, by, body }] of Object.entries(MEANT)) {
    const id = `request-${answers.size}-of-audited`;
    const headers = { ...{ owner, operator, nobody: {} }[by], "x-request-id": id };
    const request = await body(answers);
    const answer = await postJson(`${edge.url}${route.split(" ")[1]}`, request, headers);
    const json = (await answer.json()) as Record<string, never>;
    // What is wished for may be carried out later; nobody does so here.
    expect([200, 502, 504], `${route}: ${JSON.stringify(json)}`).toContain(answer.status);
    answers.set(route, json);
    const entries = await asSuperuser(
      database,
      `SELECT action, remote_address AS address FROM audit_log WHERE request_id = $1
       UNION ALL SELECT action, remote_address FROM platform_audit_log WHERE request_id = $1`,
      [id],
    );
    expect(entries, route).toContainEqual({ action, address: expect.stringMatching(/^(::1|127\.0\.0\.1)$/) });
    for (const value of Object.values({ ...request, ...json })) {
      const secret = String(value);
      if (/^(cck_|ccl_|whsec_|[A-Za-z0-9_-]{43}$|0x[0-9a-f]{130}$)/.test(secret)) secrets.add(secret);
      if (secret.startsWith("http") && secret.includes("#")) secrets.add(tokenOf(secret));
    }
  }
  const [audit] = await asSuperuser(
    database,
    "SELECT (SELECT string_agg(a::text, ' ') FROM audit_log a) || (SELECT string_agg(a::text, ' ') FROM platform_audit_log a) AS text",
  );
  expect(secrets.size).toBeGreaterThan(9);
  for (const secret of secrets) expect(audit?.text).not.toContain(secret);
});

test("of sign-ins that fail, the first beyond the limit is an entry, without what was typed", async () => {
  const guess = { email: "guessed@acme.test", password: CANARY };
  for (let attempt = 0; attempt < 14; attempt += 1)
    await postJson(`${edge.url}/api/auth/sign-in/email`, guess);
  const entries = await asSuperuser(
    database,
    "SELECT subject, actor->>'id' AS by, remote_address IS NOT NULL AS told FROM platform_audit_log WHERE outcome = 'blocked'",
  );
  expect(entries).toEqual([{ subject: "password", by: "sign-in", told: true }]);
});
