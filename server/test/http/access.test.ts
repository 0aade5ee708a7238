/** Every route, called by every kind of caller, beside a table that says who may. */
import {
  type BillingAccountId,
  KEY_SCOPES,
  LINK_SCOPES,
  ROLE_SCOPES,
  ROLES,
  type Role,
  type Scope,
  TENANT_HEADER,
} from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Channels } from "../../src/channels/channels.ts";
import { ROUTES } from "../../src/http/api.ts";
import { type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import {
  cookieOf,
  type Edge,
  newKey,
  newLinkBearer,
  signIn,
  signInAdministrator,
  startEdge,
} from "../support/edge.ts";

/**
 * Who may: callers with a scope, the tenant's people, everyone who is signed in as a person, whatever their tenant, the
 * platform's administrators, or everyone.
 */
const TABLE: Readonly<Record<string, Scope | "members" | "people" | "platform" | "everyone">> = {
  "GET /api/v1/channels/status": "channels:read",
  "GET /api/v1/channels/timeline": "channels:read",
  "POST /api/v1/channels/connect": "channels:write",
  "POST /api/v1/channels/disconnect": "channels:write",
  "GET /api/v1/senders": "channels:read",
  "POST /api/v1/senders": "channels:write",
  "GET /api/v1/audit": "audit:read",
  "GET /api/v1/audit/export": "audit:read",
  "GET /api/v1/alerts": "channels:read",
  "POST /api/v1/alerts/acknowledge": "channels:write",
  "GET /api/v1/alerts/mail": "members",
  "POST /api/v1/alerts/mail": "members",
  "GET /api/v1/agent": "agent:read",
  "POST /api/v1/agent": "agent:write",
  "GET /api/v1/usage": "usage:read",
  "GET /api/v1/usage/calls": "usage:read",
  "GET /api/v1/usage/export": "usage:read",
  "GET /api/v1/limits": "usage:read",
  "POST /api/v1/limits": "limits:write",
  "GET /api/v1/me": "account:read",
  "GET /api/v1/keys": "keys:read",
  "POST /api/v1/keys": "keys:write",
  "POST /api/v1/keys/rotate": "keys:write",
  "POST /api/v1/keys/revoke": "keys:write",
  "GET /api/v1/members": "members:read",
  "POST /api/v1/members/role": "members:write",
  "POST /api/v1/members/remove": "members",
  "POST /api/v1/members/invite": "members:write",
  "POST /api/v1/members/revoke-invitation": "members:write",
  "GET /api/v1/connect-links": "links:read",
  "POST /api/v1/connect-links": "links:write",
  "POST /api/v1/connect-links/revoke": "links:write",
  "GET /api/v1/connect-links/settings": "links:read",
  "POST /api/v1/connect-links/settings": "tenant:write",
  "GET /api/v1/webhooks": "webhooks:read",
  "POST /api/v1/webhooks": "webhooks:write",
  "POST /api/v1/webhooks/change": "webhooks:write",
  "POST /api/v1/webhooks/delete": "webhooks:write",
  "POST /api/v1/webhooks/rotate-secret": "webhooks:write",
  "POST /api/v1/webhooks/pause": "webhooks:write",
  "POST /api/v1/webhooks/resume": "webhooks:write",
  "POST /api/v1/webhooks/test": "webhooks:write",
  "GET /api/v1/webhooks/deliveries": "webhooks:read",
  "GET /api/v1/webhooks/delivery": "webhooks:read",
  "POST /api/v1/webhooks/redeliver": "webhooks:write",
  "GET /api/v1/tenants": "people",
  "POST /api/v1/tenants": "people",
  "POST /api/v1/tenants/rename": "tenant:write",
  "POST /api/v1/tenants/delete": "tenant:write",
  "GET /api/v1/operator/audit": "platform",
  "GET /api/v1/operator/audit/export": "platform",
  "GET /api/v1/operator/alerts": "platform",
  "POST /api/v1/operator/alerts/acknowledge": "platform",
  "GET /api/v1/operator/alerts/mail": "platform",
  "POST /api/v1/operator/alerts/mail": "platform",
  "GET /api/v1/operator/gateways": "platform",
  "POST /api/v1/operator/gateways/drain": "platform",
  "GET /api/v1/operator/tenants": "platform",
  "POST /api/v1/operator/tenants/create": "platform",
  "POST /api/v1/operator/tenants/suspend": "platform",
  "POST /api/v1/operator/tenants/resume": "platform",
  "POST /api/v1/operator/tenants/delete": "platform",
  "GET /api/v1/operator/usage": "platform",
  "POST /api/v1/operator/credits": "platform",
  "POST /api/auth/invitation/look": "everyone",
  "POST /api/auth/invitation/accept": "everyone",
  "POST /api/auth/connect-link/open": "everyone",
  "POST /api/auth/sign-in/email": "everyone",
  "POST /api/auth/wallet/challenge": "everyone",
  "POST /api/auth/wallet/sign-in": "everyone",
  "GET /api/auth/oidc/start": "everyone",
  "GET /api/auth/oidc/callback": "everyone",
  "GET /api/auth/wallets": "people",
  "POST /api/auth/wallets/link": "people",
  "POST /api/auth/wallets/unlink": "people",
  "POST /api/auth/password/forget": "everyone",
  "POST /api/auth/password/reset": "everyone",
  "POST /api/auth/email/verify": "everyone",
  "GET /api/auth/person": "people",
  "GET /api/auth/sessions": "people",
  "POST /api/auth/sessions/end": "people",
  // The last, for it ends the sessions of those who call it.
  "POST /api/auth/sign-out": "everyone",
};

/** Where whoever opened a connect link gets through; everywhere else its scopes count for nothing. */
const FOR_LINKS = [
  "GET /api/v1/channels/status",
  "POST /api/v1/channels/connect",
  "POST /api/v1/channels/disconnect",
];

/** What a caller sends along, and what it may do with that. */
interface Caller {
  readonly headers: Readonly<Record<string, string>>;
  readonly scopes: readonly Scope[];
  readonly administers?: true;
  readonly link?: true;
  /** How it is refused. */
  readonly refused: 401 | 403;
}

let database: TestDatabase;
let edge: Edge;
let acme: BillingAccountId;
const callers = new Map<string, Caller>();

/** What channels do is not asked here: whoever gets as far as them may call the route. */
const anything = new Proxy({} as Channels, { get: () => async () => ({}) });

beforeAll(async () => {
  database = await testDatabase();
  const [first, umbrella] = await tenants(database.db, "acme", "umbrella");
  acme = first;
  edge = await startEdge(database);
  Object.assign(edge.ctx, { channels: anything });
  const named = { [TENANT_HEADER]: acme };
  const none = { scopes: [], refused: 401 } as const;
  callers.set("nobody", { headers: {}, ...none });
  callers.set("a wrong key", { headers: bearer(`cck_${"x".repeat(43)}`), ...none });
  callers.set("a wrong session", { headers: { cookie: "cogni.session_token=x.y", ...named }, ...none });
  for (const role of ROLES) {
    const headers = { cookie: await session(acme, role), ...named };
    callers.set(`the ${role}`, { headers, scopes: ROLE_SCOPES[role], refused: 403 });
  }
  const elsewhere = { headers: { cookie: await session(umbrella, "owner"), ...named } };
  callers.set("another tenant's owner", { ...elsewhere, scopes: [], refused: 403 });
  callers.set("another tenant's key", {
    headers: { ...bearer((await newKey(edge, umbrella)).key), ...named },
    scopes: [],
    refused: 403,
  });
  const operator = cookieOf(await signInAdministrator(edge, "olga@platform.test"));
  const administers = { scopes: [], refused: 403, administers: true } as const;
  callers.set("a platform administrator", { headers: { cookie: operator }, ...administers });
  callers.set("a platform administrator who names a tenant", {
    headers: { cookie: operator, ...named },
    ...administers,
  });
  for (const scope of KEY_SCOPES) {
    const headers = bearer((await newKey(edge, acme, [scope])).key);
    callers.set(`a key for ${scope}`, { headers, scopes: [scope], refused: 403 });
  }
  callers.set("a connect link", {
    headers: bearer(await newLinkBearer(edge, acme)),
    scopes: LINK_SCOPES,
    link: true,
    refused: 403,
  });
  callers.set("a key for nothing", {
    headers: bearer((await newKey(edge, acme, [])).key),
    scopes: [],
    refused: 403,
  });
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const may = (who: (typeof TABLE)[string], { scopes, administers }: Caller, person: boolean): boolean => {
  if (who === "everyone") return true;
  if (who === "platform") return administers ?? false;
  if (who === "people") return person;
  return who === "members" ? person && scopes.length > 0 : scopes.includes(who);
};
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const session = async (tenant: BillingAccountId, role: Role) =>
  cookieOf(await signIn(edge, tenant, `${role}@${tenant}.test`, role));
const call = (route: string, headers: Readonly<Record<string, string>>) => {
  const [method = "", path] = route.split(" ");
  const body = method === "GET" ? {} : { body: "{}" };
  return fetch(`${edge.url}${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    redirect: "manual",
    ...body,
  });
};

test("every route stands in the table of who may call it", () => {
  expect(ROUTES.map(({ doc }) => `${doc.method.toUpperCase()} ${doc.path}`).sort()).toEqual(
    Object.keys(TABLE).sort(),
  );
});

describe.each(Object.entries(TABLE))("%s, for %s,", (route, scope) => {
  test("answers whoever may, and refuses everyone else", async () => {
    const wrong: string[] = [];
    for (const [name, caller] of callers) {
      const { headers, refused } = caller;
      const { status } = await call(route, headers);
      const scopes = caller.link && !FOR_LINKS.includes(route) ? [] : caller.scopes;
      const person = "cookie" in headers && refused === 403;
      // Past the door a request without contents may be found wanting.
      const answered = status === 200 || status === 303 || status === 400;
      const expected = may(scope, { ...caller, scopes }, person) ? answered : status === refused;
      if (!expected) wrong.push(`${name}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });
});

test("a change by a session that does not say for which tenant is refused, and one that names another's is, too", async () => {
  const cookie = cookieOf(await signIn(edge, acme, "one-more@acme.test"));
  const changes = Object.entries(TABLE).filter(([route]) => route.startsWith("POST /api/v1/"));
  for (const [route] of changes.filter(([, who]) => who !== "people" && who !== "platform")) {
    const unnamed = await call(route, { cookie });
    expect([unnamed.status, await unnamed.text()], route).toEqual([
      400,
      expect.stringContaining(TENANT_HEADER),
    ]);
    for (const other of ["umbrella", "nobody-s", "ACME", "../acme", ""]) {
      expect((await call(route, { cookie, [TENANT_HEADER]: other })).status, `${route} ${other}`).toBe(403);
    }
  }
});
