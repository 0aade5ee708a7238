/** How the pages look and weigh: for everyone, on a phone, in the dark, without motion, and without a jump. */
import { randomUUID } from "node:crypto";
import type {
  Alert,
  ApiKey,
  AuditEntry,
  BillingAccountStatus,
  ChannelState,
  ChannelStatus,
  ErrorCode,
  GatewayOverview,
  Members,
  Senders,
  StatusDocument,
  TenantOverview,
  TenantsPage,
  Timeline,
} from "@cogni/contract";
import {
  channelProblem,
  channelStateSchema,
  createdConnectLinkSchema,
  ROLES,
  usageGroupSchema,
} from "@cogni/contract";
import type { Page } from "@playwright/test";
import { beforeAll, expect } from "vitest";
import type { Administrator, Tenant } from "../../dev-env/src/seed.ts";
import {
  barriers,
  cardOf,
  expectPage,
  fieldOf,
  OF_COLOURS,
  OF_WIDTH,
  test,
  world,
} from "../support/browsing.ts";
import { LONG } from "../support/long.ts";
import { freshKey, madeKeys, madeSessions, madeWallets } from "../support/made-keys.ts";
import { madeCalls, madeLimits, madeOperatorUsage, madeReport } from "../support/made-usage.ts";
import { measured } from "../support/measured.ts";

let tenant: Tenant;
let administrator: Administrator;
beforeAll(async () => {
  const [made, administers] = await Promise.all([world.tenants(1), world.administrator()]);
  [tenant] = made as [Tenant];
  administrator = administers;
});

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
/** Themes and widths: `npm test` looks at each state in one of these, in turn; `npm run test:long` at every state in all three that differ. */
const LOOKS = [
  { scheme: "light", viewport: DESK },
  { scheme: "dark", viewport: PHONE },
  { scheme: "dark", viewport: DESK },
  { scheme: "light", viewport: PHONE },
] as const;
type Look = (typeof LOOKS)[number];
/** Script that a page's HTML asks for, as it comes over the wire. */
const MOST_SCRIPT_KB = 180;

/** Lets the page see what the change makes of each status document, polled or streamed, which comes from the real API. */
async function drawn(page: Page, change: (document: StatusDocument) => StatusDocument): Promise<void> {
  await page.route("**/api/v1/channels/status", async (route) => {
    const headers = route.request().headers();
    const response = await route.fetch({ headers: { ...headers, accept: "application/json" } });
    const json = change((await response.json()) as StatusDocument);
    if (headers.accept !== "text/event-stream") return route.fulfill({ response, json });
    const body = `event: snapshot\nid: made\ndata: ${JSON.stringify(json)}\n\n`;
    return route.fulfill({ contentType: "text/event-stream", body });
  });
  await page.goto("/channels");
  await expectPage(page.getByRole("heading", { name: "Channels" })).toBeVisible();
}

const PROBLEMS: Partial<Record<ChannelState, ErrorCode>> = {
  reconnecting: "messenger_unreachable",
  action_required: "credential_refused",
};
const DAY_MS = 86_400_000;
/** White, one pixel. */
const QR =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=";

/** A card in each state, with a name longer than any card is wide. */
function everyState(document: StatusDocument): StatusDocument {
  const [model] = document.channels as [ChannelStatus];
  const at = new Date(Date.now() - 90_000).toISOString();
  const channels = channelStateSchema.options.map((state): ChannelStatus => {
    const code = PROBLEMS[state];
    const inUse = state !== "not_connected";
    return {
      ...model,
      channel: `made-${state.replaceAll("_", "-")}` as ChannelStatus["channel"],
      label: `Made ${state}`,
      state,
      accountId: inUse ? "tenant-made" : null,
      displayName: inUse ? "@the_longest_name_that_any_messenger_would_give_to_a_bot_of_ours" : null,
      since: inUse ? at : null,
      lastKnown: state === "unknown" ? { state: "connected", observedAt: at } : null,
      problem: code ? channelProblem(code) : null,
      pendingSenders: state === "connected" ? 2 : 0,
      status: { ...model.status, lastConnectedAt: at, lastInboundAt: at, lastOutboundAt: at },
    };
  });
  return { ...document, gateway: { reachable: false }, channels };
}

/** One that logs in by code, with a risk to accept. */
function byCode(over: Partial<ChannelStatus> = {}) {
  return (document: StatusDocument): StatusDocument => {
    const [model] = document.channels as [ChannelStatus];
    const connect = {
      ...model.connect,
      method: "qr" as const,
      notice: "This is a risk. ".repeat(9),
      scanSteps: ["Open the app.", "Tap Scan.", "Point the phone at this code, and confirm what it asks."],
    };
    return { ...document, channels: [{ ...model, label: "Made", problem: null, connect, ...over }] };
  };
}

/** One that is connected by a token, and that there is not. */
function byToken(document: StatusDocument): StatusDocument {
  const [model] = document.channels as [ChannelStatus];
  const made = {
    channel: "made" as ChannelStatus["channel"],
    label: "Made",
    state: "not_connected" as const,
  };
  return { ...document, channels: [{ ...model, ...made, accountId: null, problem: null }] };
}

const offered = () => {
  const expiresAt = new Date(Date.now() + 90_000).toISOString();
  return byCode({ state: "awaiting_scan", accountId: "tenant-made", login: { qr: QR, expiresAt } });
};

/** Answers a request with what was made for it. */
const answered = (page: Page, path: string, json: object) =>
  page.route(`**/api/v1/${path}`, (route) => route.fulfill({ json }));

/** A refusal as the API answers it. */
const refusal = (code: ErrorCode, status: number) => ({
  status,
  contentType: "application/problem+json",
  json: { ...channelProblem(code), title: "", detail: "", type: "about:blank", status, requestId: "made" },
});

/** Whatever is to be connected comes too often. */
const limited = (page: Page) =>
  page.route("**/api/v1/channels/connect", (route) =>
    route.fulfill({ ...refusal("rate_limited", 429), headers: { "retry-after": "599" } }),
  );

function madeTimeline(): Timeline {
  const at = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
  const shares = [null, 1, 0.97, 1, 0, 1, 1];
  return {
    from: at(7),
    to: at(0),
    channels: channelStateSchema.options.map((state) => ({
      channel: `made-${state.replaceAll("_", "-")}` as ChannelStatus["channel"],
      upShare: 0.9871,
      parts: shares.map((upShare, index) => ({ from: at(7 - index), upShare })),
      changes: [
        { at: at(6), state: "connected", code: null },
        { at: at(3), state: "action_required", code: "credential_refused" },
        { at: at(2), state: "connected", code: null },
      ],
    })),
  };
}

const madeSenders = (): Senders => ({
  senders: ["Ann", null].map((name, index) => ({
    channel: "made-connected" as ChannelStatus["channel"],
    sender: `sender-${index}-with-an-id-that-is-far-too-long-for-any-line-of-a-dialog`,
    name,
    requestedAt: new Date(Date.now() - DAY_MS).toISOString(),
    expiresAt: new Date(Date.now() + DAY_MS).toISOString(),
  })),
});

async function openSenders(page: Page): Promise<void> {
  await drawn(page, everyState);
  await page.getByRole("button", { name: "2 waiting to write on Made connected" }).click();
}

async function newLink(): Promise<string> {
  const { body } = await world.api(tenant).request("POST", "/api/v1/connect-links", {});
  return createdConnectLinkSchema.parse(body).url;
}

function madeMembers(): Members {
  const at = new Date().toISOString();
  const email = "an-address-that-is-far-too-long-for-any-line@of-a-table.on-a-phone.example";
  return {
    members: [
      { userId: "you", name: "You", email, role: "owner", since: at, you: true },
      { userId: "ann", name: "Ann", email, role: "viewer", since: at, you: false },
    ],
    invitations: [{ id: randomUUID(), email, role: "admin", expiresAt: at, invitedBy: null }],
    gives: ROLES,
  };
}

/** @param made null where the test answers itself */
async function openMembers(page: Page, made: Members | null = madeMembers()): Promise<void> {
  if (made) await answered(page, "members", made);
  await page.goto(`/t/${tenant.billingAccountId}/settings/members`);
  await expectPage(page.getByRole("heading", { name: "Members" })).toBeVisible();
}

const AGENT = { model: null, models: ["small", "large"], version: 1, changedAt: null, applied: true };

const nothing = (document: StatusDocument): StatusDocument => ({ ...document, channels: [] });

/** The page of the tenant's keys, with these. */
async function withKeys(page: Page, keys: readonly ApiKey[]): Promise<void> {
  await page.route("**/api/v1/keys", (route) =>
    route.fulfill({ json: route.request().method() === "POST" ? freshKey() : { keys } }),
  );
  await page.goto(`/t/${tenant.billingAccountId}/settings/keys`);
}

/** As a mailed link carries it; of no link that there is. */
const TOKEN = `token=${"x".repeat(43)}`;

/** Every page and dialog there is, by how one gets to it. */
const VIEWS: Record<string, (page: Page) => Promise<void>> = {
  "sign-in, refused": async (page) => {
    await page.goto("/sign-in");
    await fieldOf(page, "E-mail").fill(tenant.email);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expectPage(page.getByText("Enter your password.")).toBeVisible();
  },
  "sign-in, refused by the identity provider and without a wallet": async (page) => {
    await page.goto("/sign-in?refused=unknown");
    await page.getByRole("button", { name: "Continue with a wallet" }).click();
    await expectPage(page.getByText("No wallet found in this browser.")).toBeVisible();
  },
  "a forgotten password, of nobody": async (page) => {
    await page.goto("/forgot-password");
    await page.getByRole("button", { name: "Send the link" }).click();
    await expectPage(page.getByText("Enter your e-mail address.")).toBeVisible();
  },
  "a new password that is too short": async (page) => {
    await page.goto(`/reset-password#${TOKEN}`);
    await fieldOf(page, "New password").fill("short");
    await page.getByRole("button", { name: "Set the password" }).click();
    await expectPage(page.getByText(/^Choose \d+ to \d+ characters\.$/)).toBeVisible();
  },
  "an address to verify, by a link that has ended": async (page) => {
    await page.goto(`/verify-email#${TOKEN}`);
    await page.getByRole("button", { name: "Verify the address" }).click();
    await expectPage(page.getByText("Details")).toBeVisible();
  },
  "an invitation to accept": async (page) => {
    const offer = {
      billingAccountName: tenant.name,
      role: "viewer",
      email: "n…@example.com",
      hasAccount: false,
    };
    await page.route("**/api/auth/invitation/look", (route) => route.fulfill({ json: offer }));
    await page.goto(`/invitation#${TOKEN}`);
    await expectPage(fieldOf(page, "Your name")).toBeVisible();
  },
  "not found": async (page) => {
    // From another page, as by a link that has gone: the font is there already.
    await page.goto("/channels");
    await expectPage(page.getByRole("heading", { name: "Channels" })).toBeVisible();
    await page.goto("/nowhere");
    await expectPage(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  },
  "an account that is not one's own": async (page) => {
    await page.goto("/t/nobody-s/channels");
    await expectPage(page.getByRole("heading", { name: "No such account" })).toBeVisible();
    await expectPage(page.getByRole("main").getByRole("link", { name: tenant.name })).toBeVisible();
  },
  "no account": async (page) => {
    await answered(page, "tenants", { tenants: [], mayCreate: false });
    await page.goto("/channels");
    await expectPage(page.getByRole("heading", { name: "You belong to no account yet" })).toBeVisible();
  },
  "the accounts failed to load": async (page) => {
    await page.route("**/api/v1/tenants", (route) => route.fulfill({ status: 500, body: "" }));
    await page.goto("/channels");
    await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
  },
  "the accounts' menu": async (page) => {
    await page.goto("/channels");
    await page.getByRole("button", { name: `Account: ${tenant.name}` }).click();
    await expectPage(page.getByRole("menuitemradio", { name: tenant.name })).toBeFocused();
  },
  "a new account": async (page) => {
    await page.goto("/channels");
    await page.getByRole("button", { name: `Account: ${tenant.name}` }).click();
    await page.getByRole("menuitem", { name: "New account…" }).click();
    await fieldOf(page, "Id").fill("No id");
    await page.keyboard.press("Enter");
    await expectPage(page.getByText("Enter a name.")).toBeVisible();
  },
  "connect links": async (page) => {
    await newLink();
    await page.goto(`/t/${tenant.billingAccountId}/settings/links`);
    await expectPage(
      page.getByRole("button", { name: "Revoke the link for All channels" }).first(),
    ).toBeVisible();
    await page.getByRole("textbox", { name: "Allowed sites" }).fill("https://*.shop.example");
    await page.getByRole("button", { name: "Save" }).click();
    await expectPage(page.getByText("https://*.shop.example can't be used.")).toBeVisible();
  },
  "the page of a connect link": async (page) => {
    await page.goto("about:blank");
    await page.goto(await newLink());
    await expectPage(page.getByRole("button", { name: "Connect Telegram" })).toBeVisible();
  },
  "a connect link that has ended": async (page) => {
    await page.goto("about:blank");
    await page.goto(`/connect/${crypto.randomUUID()}#${"x".repeat(43)}`);
    await expectPage(page.getByRole("heading", { name: "This link has ended" })).toBeVisible();
  },
  "general settings": async (page) => {
    await page.goto("/settings");
    await expectPage(page.getByRole("textbox", { name: "Name" })).toHaveValue(tenant.name);
  },
  keys: async (page) => {
    await withKeys(page, madeKeys());
    await expectPage(page.getByRole("row")).toHaveCount(12);
  },
  "keys, none yet": async (page) => {
    await withKeys(page, []);
    await expectPage(page.getByRole("heading", { name: "No keys yet" })).toBeVisible();
  },
  "keys, for admins only": async (page) => {
    await page.route("**/api/v1/keys", (route) => route.fulfill({ status: 403, body: "" }));
    await page.goto(`/t/${tenant.billingAccountId}/settings/keys`);
    await expectPage(page.getByRole("heading", { name: "Keys are for admins" })).toBeVisible();
  },
  "a key in the making": async (page) => {
    await withKeys(page, []);
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("radio", { name: "No end" }).check();
    await page.keyboard.press("Enter");
    await expectPage(page.getByText("Enter a name.")).toBeVisible();
  },
  "a fresh key": async (page) => {
    await withKeys(page, madeKeys());
    await page
      .getByRole("row", { name: /Replaced/ })
      .getByRole("button")
      .click();
    await page.getByRole("menuitem", { name: "Rotate" }).click();
    await page.getByRole("radio", { name: "At once" }).check();
    await page.route("**/api/v1/keys/rotate", (route) => route.fulfill({ json: freshKey() }));
    await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
    await expectPage(page.getByText("Store it now.")).toBeVisible();
  },
  "a key about to be revoked": async (page) => {
    await withKeys(page, madeKeys());
    await page
      .getByRole("row", { name: /Replaced/ })
      .getByRole("button")
      .click();
    await page.getByRole("menuitem", { name: "Revoke" }).click();
    await expectPage(page.getByRole("dialog", { name: "Revoke Replaced?" })).toBeVisible();
  },
  "one's own account": async (page) => {
    await page.route("**/api/auth/sessions", (route) =>
      route.fulfill({ json: { sessions: madeSessions() } }),
    );
    await page.route("**/api/auth/wallets", (route) => route.fulfill({ json: madeWallets() }));
    await page.goto("/account");
    await expectPage(page.getByRole("listitem").filter({ hasText: "signed in" })).toHaveCount(3);
    await expectPage(page.getByRole("button", { name: /^Unlink/ })).toHaveCount(2);
  },
  "a wallet to link, where there is none": async (page) => {
    await page.goto("/account");
    await page.getByRole("button", { name: "Link a wallet" }).click();
    await expectPage(page.getByText("No wallet found in this browser.")).toBeVisible();
  },
  "a wallet that is the last way in": async (page) => {
    await page.route("**/api/auth/wallets", (route) => route.fulfill({ json: madeWallets() }));
    await page.route("**/api/auth/wallets/unlink", (route) => route.fulfill(refusal("last_way_in", 409)));
    await page.goto("/account");
    await page
      .getByRole("button", { name: /^Unlink/ })
      .first()
      .click();
    await page.getByRole("dialog").getByRole("button", { name: "Unlink" }).click();
    await expectPage(page.getByText("there would be no way left to sign in")).toBeVisible();
  },
  "what the agent is told": async (page) => {
    await page.goto(`/t/${tenant.billingAccountId}/settings/agent`);
    await page.getByRole("textbox", { name: "Instructions" }).fill("ü".repeat(4_097));
    await expectPage(page.getByText("That is too long.")).toBeVisible();
  },
  "what the agent is told, to those who may look": async (page) => {
    const { billingAccountId, name: billingAccountName } = tenant;
    const scopes = ["account:read", "agent:read"];
    const own = { billingAccountId, billingAccountName, role: "viewer", scopes, status: "active" };
    await answered(page, "tenants", { tenants: [own], mayCreate: false });
    await answered(page, "agent", { ...AGENT, instructions: "word ".repeat(300), greeting: "" });
    await page.goto(`/t/${billingAccountId}/settings/agent`);
    await expectPage(page.getByText("Admins and owners may change this.")).toBeVisible();
  },
  "what the agent is told, failed to load": async (page) => {
    await page.route("**/api/v1/agent", (route) => route.fulfill({ status: 500, body: "" }));
    await page.goto(`/t/${tenant.billingAccountId}/settings/agent`);
    await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
  },
  "deleting the account, its name mistyped": async (page) => {
    await page.goto("/settings");
    await page.getByRole("button", { name: "Delete account…" }).click();
    await fieldOf(page, `Type ${tenant.name} to confirm`).fill("Another name");
    await page.keyboard.press("Enter");
    await expectPage(page.getByText("This is not the account’s name")).toBeVisible();
  },
  "an account that was deleted": async (page) => {
    await page.goto("/account-deleted");
    await expectPage(page.getByRole("heading", { name: "The account is being deleted" })).toBeVisible();
  },
  "an account that is suspended": async (page) => {
    const { billingAccountId, name: billingAccountName } = tenant;
    const own = { billingAccountId, billingAccountName, role: "owner", scopes: [], status: "suspended" };
    await answered(page, "tenants", { tenants: [own], mayCreate: true });
    await page.goto(`/t/${billingAccountId}/channels`);
    await expectPage(page.getByRole("heading", { name: `${tenant.name} is suspended` })).toBeVisible();
  },
  "members and invitations": async (page) => {
    await openMembers(page);
    await expectPage(page.getByRole("row")).toHaveCount(5);
  },
  "nobody else, and nobody invited": async (page) => {
    await openMembers(page, { ...madeMembers(), invitations: [] });
    await expectPage(page.getByText("Nobody is invited at the moment.")).toBeVisible();
  },
  "members, failed to load": async (page) => {
    await page.route("**/api/v1/members", (route) => route.fulfill({ status: 500, body: "" }));
    await openMembers(page, null);
    await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
  },
  "an invitation": async (page) => {
    await openMembers(page);
    await page.getByRole("button", { name: "Invite" }).click();
    await expectPage(fieldOf(page, "E-mail")).toBeFocused();
    await page.keyboard.press("Enter");
    await expectPage(page.getByText("Enter an e-mail address.")).toBeVisible();
  },
  "a member's role": async (page) => {
    await openMembers(page);
    await page.getByRole("button", { name: "More actions for Ann" }).click();
    await page.getByRole("menuitem", { name: "Change role" }).click();
    await expectPage(page.getByRole("radio", { name: /^viewer/ })).toBeFocused();
  },
  "the removal of a member": async (page) => {
    await openMembers(page);
    await page.getByRole("button", { name: "More actions for Ann" }).click();
    await page.getByRole("menuitem", { name: "Remove" }).click();
    await expectPage(page.getByRole("dialog", { name: "Remove Ann?" })).toBeVisible();
  },
  "channels, in every state": async (page) => {
    await drawn(page, everyState);
    await expectPage(page.getByText("The messenger gateway does not answer.").first()).toBeVisible();
    await expectPage(page.getByRole("listitem").filter({ hasText: "Made" })).toHaveCount(8);
  },
  "channels, none on offer": async (page) => {
    await drawn(page, nothing);
    await expectPage(page.getByRole("heading", { name: "No messengers on offer yet" })).toBeVisible();
  },
  "channels, failed to load": async (page) => {
    await page.route("**/api/v1/channels/status", (route) => route.fulfill({ status: 500, body: "" }));
    await page.goto("/channels");
    await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
  },
  "a card's menu": async (page) => {
    await drawn(page, everyState);
    await page.getByRole("button", { name: "More actions for Made connected" }).click();
    await expectPage(page.getByRole("menu")).toBeVisible();
  },
  "the person's menu": async (page) => {
    await page.goto("/channels");
    await page.getByRole("button", { name: "Your account" }).click();
    await expectPage(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
  },
  "the connect dialog": async (page) => {
    await page.goto("/channels");
    await page.getByRole("button", { name: "Connect Telegram" }).click();
    await expectPage(fieldOf(page, "Bot token")).toBeFocused();
    await page.keyboard.press("Enter");
    await expectPage(page.getByText("Enter the Bot token.")).toBeVisible();
  },
  "the progress of a connect": async (page) => {
    await page.route("**/api/v1/channels/connect", () => new Promise(() => undefined));
    // Of a channel that is none: what is held back may be let through as the page is left.
    await drawn(page, byToken);
    await page.getByRole("button", { name: "Connect Made" }).click();
    await fieldOf(page, "Bot token").fill("123:abc");
    await page.keyboard.press("Enter");
    await expectPage(page.getByRole("list", { name: "Progress" })).toBeVisible();
  },
  "the terms of a login by code": async (page) => {
    await drawn(page, byCode());
    await page.getByRole("button", { name: "Connect Made" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Show code" }).click();
    await expectPage(page.getByRole("checkbox")).toBeFocused();
    await expectPage(page.getByRole("checkbox")).toHaveAccessibleDescription(/This is a risk.*Confirm that/);
  },
  "a code": async (page) => {
    await drawn(page, offered());
    await page.getByRole("button", { name: "Show code of Made" }).click();
    await expectPage(page.getByRole("img", { name: "QR code to link Made" })).toBeVisible();
    await expectPage(page.getByRole("timer")).toHaveText(/^Valid for 1:[0-3]\d$/);
  },
  "a code that has ended": async (page) => {
    let change = offered();
    await drawn(page, (document) => change(document));
    await page.getByRole("button", { name: "Show code of Made" }).click();
    await expectPage(page.getByRole("timer")).toBeVisible();
    change = byCode({ state: "action_required", problem: channelProblem("login_expired") });
    await expectPage(page.getByRole("button", { name: "Get a new code" })).toBeFocused({ timeout: 20_000 });
  },
  "a limit that is met, by a credential": async (page) => {
    await limited(page);
    await drawn(page, byToken);
    await page.getByRole("button", { name: "Connect Made" }).click();
    await fieldOf(page, "Bot token").fill("123456:a-token");
    await page.keyboard.press("Enter");
    await expectPage(page.getByRole("timer")).toHaveText("You can try again in 10 min.");
  },
  "a limit that is met, by a code": async (page) => {
    let change = offered();
    await limited(page);
    await drawn(page, (document) => change(document));
    await page.getByRole("button", { name: "Show code of Made" }).click();
    await expectPage(page.getByRole("timer")).toBeVisible();
    change = byCode({ state: "action_required", problem: channelProblem("login_expired") });
    await page.getByRole("button", { name: "Get a new code" }).click({ timeout: 20_000 });
    await page.getByRole("checkbox").check();
    await page.getByRole("dialog").getByRole("button", { name: "Show code" }).click();
    await expectPage(page.getByRole("timer")).toHaveText("You can try again in 10 min.");
  },
  "a login that is done": async (page) => {
    let change = offered();
    await drawn(page, (document) => change(document));
    await page.getByRole("button", { name: "Show code of Made" }).click();
    await expectPage(page.getByRole("timer")).toBeVisible();
    change = byCode({ state: "connected", accountId: "tenant-made", displayName: "+49 170 1234567" });
    await expectPage(page.getByText("Connected as +49 170 1234567")).toBeVisible({ timeout: 20_000 });
  },
  "alerts below the bell, and the banner": async (page) => {
    await answered(page, "alerts", { alerts: madeAlerts("account_down", "key_expiring"), next: null });
    await page.goto("/channels");
    await expectPage(page.getByRole("region", { name: "What waits for you" })).toContainText("is down");
    await page.getByRole("button", { name: "Alerts: 2 new" }).click();
    await expectPage(page.getByRole("dialog").getByRole("listitem")).toHaveCount(4);
  },
  "nothing below the bell": async (page) => {
    await page.goto("/channels");
    await page.getByRole("button", { name: "Alerts", exact: true }).click();
    await expectPage(page.getByRole("dialog").getByText("Nothing is wrong.")).toBeVisible();
  },
  "alerts, failed to load": async (page) => {
    await page.route("**/api/v1/alerts", (route) => route.fulfill({ status: 500, body: "" }));
    await page.goto("/channels");
    await page.getByRole("button", { name: "Alerts", exact: true }).click();
    await expectPage(page.getByRole("dialog").getByRole("alert")).toContainText("could not be read");
  },
  "a channel that is being installed": async (page) => {
    await drawn(page, byCode({ problem: channelProblem("channel_installing") }));
    await expectPage(page.getByText("This channel is still being set up.")).toBeVisible();
    await expectPage(page.getByRole("button", { name: "Connect Made" })).toHaveCount(0);
  },
  "who may write": async (page) => {
    await drawn(page, everyState);
    await page.getByRole("button", { name: "More actions for Made connected" }).click();
    await page.getByRole("menuitem", { name: "Who may write" }).click();
    await expectPage(page.getByRole("radio", { name: "Everyone" })).toBeFocused();
  },
  "people who wait": async (page) => {
    await answered(page, "senders", madeSenders());
    await openSenders(page);
    await expectPage(page.getByRole("dialog").getByRole("listitem")).toHaveCount(2);
  },
  "nobody who waits": async (page) => {
    await answered(page, "senders", { senders: [] });
    await openSenders(page);
    await expectPage(page.getByText("Nobody is waiting.")).toBeVisible();
  },
  "people who wait, failed to load": async (page) => {
    await page.route("**/api/v1/senders", (route) => route.fulfill({ status: 500, body: "" }));
    await openSenders(page);
    await expectPage(page.getByRole("dialog").getByRole("alert")).toContainText("could not be read");
  },
  "the last days": async (page) => {
    await answered(page, "channels/timeline", madeTimeline());
    await drawn(page, everyState);
    const name = "Made connected: Up 98.7% in the last 7 days. Show what happened";
    await page.getByRole("button", { name }).click();
    await expectPage(page.getByRole("dialog").getByRole("listitem")).toHaveCount(3);
  },
  "the disconnect dialog": async (page) => {
    await drawn(page, everyState);
    await page.getByRole("button", { name: "More actions for Made connected" }).click();
    await page.getByRole("menuitem", { name: "Disconnect" }).click();
    await expectPage(page.getByRole("dialog", { name: "Disconnect Made connected?" })).toBeVisible();
  },
};

const AT = "2026-05-04T12:00:00.000Z";
const LONG_NAME = "Donaudampfschifffahrtsgesellschaft ".repeat(2).trim();

const madeGateway = (id: string, reachable: boolean): GatewayOverview => ({
  id,
  address: "wss://gateway-with-a-rather-long-name.internal.example.com:18789",
  reachable,
  observedAt: reachable ? AT : null,
  lease: reachable ? { holder: "control-plane-7f9c6d5b4-x2x8q/1", until: AT } : null,
  draining: !reachable,
  capacity: 100,
  tenants: 42,
  connections: reachable ? { connected: 57, action_required: 3, reconnecting: 1 } : {},
});

const madeTenant = (status: BillingAccountStatus): TenantOverview => ({
  id: `${"a-long-id-of-a-tenant-".repeat(2)}${status}`,
  name: LONG_NAME,
  status,
  gateway: status === "active" ? "shared" : null,
  members: 3,
  connections: status === "active" ? { connected: 2, unknown: 1 } : {},
  createdAt: AT,
});

async function withTenants(page: Page, made: TenantsPage["tenants"], query = ""): Promise<void> {
  await answered(page, "operator/tenants**", { tenants: made, next: made.at(-1)?.id ?? null });
  await page.goto(`/operator/tenants${query}`);
}

/** By the menu of the one row there is. */
async function act(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `More actions for ${LONG_NAME}` }).click();
  await page.getByRole("menuitem", { name }).click();
}

const madeEntry = (seq: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  seq,
  at: new Date(Date.now() - seq * 3_600_000).toISOString(),
  actor: { kind: "person", id: "p".repeat(32), name: LONG_NAME },
  action: "channel.connect",
  channel: "telegram",
  accountId: "tenant-made",
  subject: null,
  subjectName: null,
  outcome: "credential_refused",
  remoteAddress: "2001:db8:85a3:8d3:1319:8a2e:370:7348",
  requestId: "0f6c3a52-8d0b-4c0e-9a51-3f2b6c1d7e90",
  hash: "ab".repeat(32),
  ...more,
});
const AUDIT = [
  madeEntry(9),
  madeEntry(8, {
    actor: { kind: "system", id: "reconcile", name: null },
    remoteAddress: null,
    requestId: null,
  }),
  madeEntry(7, {
    action: "member.role",
    subject: "x".repeat(32),
    subjectName: "Bob",
    channel: null,
    outcome: "admin",
  }),
  madeEntry(6, { action: "not.known.yet", outcome: "not_known_yet", channel: null }),
  madeEntry(5, { actor: { kind: "person", id: `subject:${"0".repeat(32)}`, name: null } }),
];

/** With the audit's own requests answered as is said. */
async function withAudit(page: Page, entries: readonly AuditEntry[], query = ""): Promise<void> {
  await answered(page, "audit?**", { entries, next: entries.length > 0 ? "more" : null });
  await page.goto(`/t/${tenant.billingAccountId}/audit${query}`);
}

/** Two that stand, one that somebody has seen, and one that is over. */
function madeAlerts(first: Alert["kind"], second: Alert["kind"]): Alert[] {
  const made = (kind: Alert["kind"], over: Partial<Alert> = {}): Alert => ({
    id: randomUUID(),
    kind,
    channel: kind === "account_down" ? ("telegram" as Alert["channel"]) : null,
    label: kind === "account_down" ? "Telegram" : null,
    accountId: null,
    subject: kind === "account_down" ? null : { id: "shared", name: LONG_NAME },
    problem: channelProblem(kind === "account_down" ? "credential_refused" : "key_expiring"),
    needsPerson: true,
    since: AT,
    endsAt: kind === "key_expiring" ? new Date(Date.now() + 5 * DAY_MS).toISOString() : null,
    openedAt: AT,
    resolvedAt: null,
    resolution: null,
    acknowledged: null,
    ...over,
  });
  return [
    made(first),
    made(second),
    made(first, {
      needsPerson: false,
      problem: channelProblem("messenger_unreachable"),
      acknowledged: { at: AT, by: { kind: "person", id: "p", name: LONG_NAME } },
    }),
    made(first, { resolvedAt: AT, resolution: "recovered" }),
  ];
}

/** The same of the pages of the platform's administrators. */
const OPERATOR_VIEWS: typeof VIEWS = {
  "the platform's audit": async (page) => {
    await answered(page, "operator/audit?**", {
      entries: [madeEntry(2, { action: "gateway.drain" })],
      next: null,
    });
    await page.goto("/operator/audit");
    await expectPage(page.getByRole("table", { name: "Audit" })).toContainText("Keep new tenants off");
  },
  gateways: async (page) => {
    await answered(page, "operator/gateways", {
      gateways: [madeGateway("shared", true), madeGateway("b", false)],
    });
    await page.goto("/operator/gateways");
    await expectPage(page.getByRole("button", { name: "Stop new tenants on shared" })).toBeVisible();
    await expectPage(page.getByText("No new tenants")).toBeVisible();
  },
  "no gateway": async (page) => {
    await answered(page, "operator/gateways", { gateways: [] });
    await page.goto("/operator/gateways");
    await expectPage(page.getByRole("heading", { name: "No gateway yet" })).toBeVisible();
  },
  "gateways, failed to load": async (page) => {
    await page.route("**/api/v1/operator/gateways", (route) => route.fulfill({ status: 500, body: "" }));
    await page.goto("/operator/gateways");
    await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
  },
  "the platform's alerts": async (page) => {
    const alerts = madeAlerts("gateway_unreachable", "leftovers_waiting");
    await answered(page, "operator/alerts**", { alerts, next: alerts[3]?.id ?? null });
    await answered(page, "operator/alerts/mail", { mails: true });
    await page.goto("/operator/alerts");
    await expectPage(page.getByRole("list", { name: "Open" }).getByRole("listitem")).toHaveCount(3);
    await expectPage(page.getByRole("checkbox", { name: "Tell me by mail" })).toBeChecked();
    await expectPage(page.getByRole("button", { name: "Alerts: 2 new" })).toBeVisible();
  },
  "no alert of the platform": async (page) => {
    await answered(page, "operator/alerts**", { alerts: [], next: null });
    await answered(page, "operator/alerts/mail", { mails: false });
    await page.goto("/operator/alerts");
    await expectPage(page.getByRole("heading", { name: "Nothing is wrong" })).toBeVisible();
  },
  "tenants, on their way": async (page) => {
    await page.route("**/api/v1/operator/tenants**", () => new Promise(() => undefined));
    await page.goto("/operator/tenants");
    await expectPage(page.getByRole("table", { name: "Tenants" })).toHaveAttribute("aria-busy", "true");
  },
  tenants: async (page) => {
    const statuses = ["active", "suspended", "deleting"] as const;
    await withTenants(page, statuses.map(madeTenant), "?gateway=shared");
    await expectPage(page.getByText("Being deleted").last()).toBeVisible();
    await expectPage(page.getByRole("button", { name: "Show more" })).toBeVisible();
  },
  "suspending a tenant": async (page) => {
    await withTenants(page, [madeTenant("active")]);
    await act(page, "Suspend…");
    await expectPage(page.getByRole("dialog", { name: `Suspend ${LONG_NAME}?` })).toBeVisible();
    await page.route("**/tenants/suspend", (route) => route.fulfill({ status: 500, body: "" }));
    await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await expectPage(page.getByRole("dialog").getByRole("alert")).toContainText("could not be read");
  },
  "the menu of a tenant that was suspended, and is not resumed": async (page) => {
    const made = madeTenant("active");
    await withTenants(page, [made]);
    await act(page, "Suspend…");
    await answered(page, "operator/tenants/suspend", { billingAccountId: made.id, status: "suspended" });
    await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await expectPage(page.getByRole("row", { name: LONG_NAME })).toContainText("Suspended");
    await expectPage(page.getByRole("button", { name: `More actions for ${LONG_NAME}` })).toBeFocused();
    await answered(page, "operator/tenants**", { tenants: [{ ...made, status: "suspended" }], next: null });
    await page.route("**/tenants/resume", (route) => route.fulfill({ status: 500, body: "" }));
    await act(page, "Resume");
    await expectPage(page.getByRole("table")).toContainText("could not be read");
    await page.keyboard.press("Enter");
    await expectPage(page.getByRole("menuitem", { name: "Resume" })).toBeFocused();
  },
  "deleting a tenant": async (page) => {
    await withTenants(page, [madeTenant("active")]);
    await act(page, "Delete…");
    await expectPage(fieldOf(page, `Type ${LONG_NAME} to confirm`)).toBeFocused();
  },
  "no tenant that is searched for": async (page) => {
    await withTenants(page, [], "?search=nobody&status=suspended");
    await expectPage(page.getByRole("heading", { name: "No tenant like that" })).toBeVisible();
    await expectPage(page.getByRole("combobox", { name: "Status" })).toHaveValue("suspended");
  },
  "all tenants' usage, and a correction": async (page) => {
    await answered(page, "operator/usage?**", madeOperatorUsage());
    await page.goto("/operator/usage");
    await expectPage(page.getByText("less than ours").or(page.getByText("more than ours"))).toBeVisible();
    await page.getByRole("button", { name: "Add money for Made" }).click();
    await page.getByRole("radio", { name: "Correction" }).check();
    await fieldOf(page, "Amount in dollars").fill("-1.5");
    await expectPage(page.getByText("Balance then: -$1.7134")).toBeVisible();
  },
  "a new tenant": async (page) => {
    await page.goto("/operator/tenants");
    await page.getByRole("button", { name: "New tenant" }).click();
    await fieldOf(page, "Name").fill("Müller & Söhne");
    await expectPage(fieldOf(page, "Id")).toHaveValue("muller-sohne");
    await page.keyboard.press("Enter");
    await expectPage(page.getByText("Enter an e-mail address.")).toBeVisible();
  },
  "a tenant that was made": async (page) => {
    const link = `https://channels.example/invitation#token=${"x".repeat(43)}`;
    const made = { billingAccountId: "hooli", billingAccountName: "Hooli", invited: "max@hooli.test", link };
    await answered(page, "operator/tenants/create", made);
    await page.goto("/operator/tenants");
    await page.getByRole("button", { name: "New tenant" }).click();
    await fieldOf(page, "Name").fill("Hooli");
    await fieldOf(page, "First owner’s e-mail").fill("max@hooli.test");
    await page.keyboard.press("Enter");
    await expectPage(page.getByText(link)).toBeVisible();
    await expectPage(page.getByRole("button", { name: "Done" })).toBeFocused();
  },
};

const WEBHOOK_VIEWS: typeof VIEWS = {
  "webhooks without an endpoint": async (page) => {
    await page.goto(`/t/${tenant.billingAccountId}/settings/webhooks`);
    await expectPage(page.getByRole("button", { name: "Add endpoint" }).first()).toBeVisible();
  },
  "a new endpoint for webhooks": async (page) => {
    await page.goto(`/t/${tenant.billingAccountId}/settings/webhooks`);
    await page.getByRole("button", { name: "Add endpoint" }).first().click();
    await expectPage(page.getByRole("dialog").getByRole("textbox").first()).toBeVisible();
  },
};

/** The page of the usage, with what was made. */
async function withUsage(page: Page, rest = ""): Promise<void> {
  await page.route("**/api/v1/usage?**", (route) => {
    const by = usageGroupSchema.parse(new URL(route.request().url()).searchParams.get("by"));
    return route.fulfill({ json: madeReport(by) });
  });
  await answered(page, "usage/calls?**", madeCalls());
  await answered(page, "limits", madeLimits());
  await page.goto(`/t/${tenant.billingAccountId}/usage${rest}`);
}

const USAGE_VIEWS: typeof VIEWS = {
  "the usage": async (page) => {
    await withUsage(page, "?by=model&outcome=broken");
    await expectPage(page.getByText("Used up: people get your sentence")).toBeVisible();
    await expectPage(page.getByRole("table", { name: "Calls" }).getByRole("row")).toHaveCount(6);
  },
  "a call": async (page) => {
    await withUsage(page);
    await page.getByRole("table", { name: "Calls" }).getByRole("link").first().press("Enter");
    await page.waitForURL("**/usage?call=**");
    await expectPage(page.getByRole("complementary")).toContainText("Unpriced, at the ceiling");
    await expectPage(page.getByRole("heading", { name: /^Call of / })).toBeFocused();
  },
  "the usage, without a call": async (page) => {
    await page.goto(`/t/${tenant.billingAccountId}/usage?span=last-month`);
    await expectPage(page.getByRole("heading", { name: "No calls in these days" })).toBeVisible();
  },
  "the usage, of which no part loads": async (page) => {
    await page.route(/api\/v1\/(usage|limits)/, (route) => route.fulfill({ status: 500, body: "" }));
    await page.goto(`/t/${tenant.billingAccountId}/usage`);
    await expectPage(page.getByRole("heading", { name: "This did not load" })).toHaveCount(1);
  },
  "limits, mistyped": async (page) => {
    await answered(page, "limits", madeLimits());
    await page.goto(`/t/${tenant.billingAccountId}/settings/limits`);
    await fieldOf(page, "A month").fill("1,000");
    await page.keyboard.press("Enter");
    await expectPage(page.getByText("Enter dollars above 0")).toBeVisible();
    await expectPage(fieldOf(page, "A month")).toBeFocused();
  },
};

const AUDIT_VIEWS: typeof VIEWS = {
  "the audit": async (page) => {
    await withAudit(page, AUDIT, "?channel=telegram");
    await expectPage(page.getByRole("link", { name: "Connect a channel" }).first()).toBeVisible();
    await expectPage(page.getByRole("button", { name: "Only telegram: show all" })).toBeVisible();
  },
  "the audit, on its way": async (page) => {
    await page.route("**/api/v1/audit?**", () => new Promise(() => undefined));
    await page.goto(`/t/${tenant.billingAccountId}/audit`);
    await expectPage(page.getByRole("table", { name: "Audit" })).toHaveAttribute("aria-busy", "true");
  },
  "an audit in which nothing is found": async (page) => {
    await withAudit(page, [], "?action=key.create");
    await expectPage(page.getByRole("heading", { name: "No entry like that" })).toBeVisible();
    await expectPage(page.getByRole("combobox", { name: "What was done" })).toHaveValue("key.create");
  },
  "an audit with nothing in it": async (page) => {
    await withAudit(page, []);
    await expectPage(page.getByRole("heading", { name: "Nothing done yet" })).toBeVisible();
  },
  "an audit that did not load": async (page) => {
    await page.route("**/api/v1/audit?**", (route) => route.fulfill({ status: 500, body: "" }));
    await page.goto(`/t/${tenant.billingAccountId}/audit`);
    await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
  },
  "an audit that is not for them": async (page) => {
    await page.route("**/api/v1/audit?**", (route) => route.fulfill({ status: 403, body: "" }));
    await page.goto(`/t/${tenant.billingAccountId}/audit`);
    await expectPage(page.getByRole("heading", { name: "The audit is for admins" })).toBeVisible();
  },
  "an entry of the audit": async (page) => {
    await withAudit(page, AUDIT);
    await page.getByRole("link", { name: "Connect a channel" }).first().press("Enter");
    await page.waitForURL("**/audit?entry=9");
    await expectPage(page.getByRole("complementary")).toContainText("0f6c3a52");
    await expectPage(page.getByRole("heading", { name: "Connect a channel" })).toBeFocused();
  },
};

const ALL_VIEWS = [
  ...Object.entries(USAGE_VIEWS).map(([name, open]) => ({ name, open, who: () => tenant })),
  ...Object.entries(WEBHOOK_VIEWS).map(([name, open]) => ({ name, open, who: () => tenant })),
  ...Object.entries(AUDIT_VIEWS).map(([name, open]) => ({ name, open, who: () => tenant })),
  ...Object.entries(VIEWS).map(([name, open]) => ({ name, open, who: () => tenant })),
  ...Object.entries(OPERATOR_VIEWS).map(([name, open]) => ({ name, open, who: () => administrator })),
];

test("an administrator of no tenant is led to everyone's, and anyone else is told that these are not theirs", async ({
  visit,
}) => {
  const page = await visit(administrator);
  await page.waitForURL("**/operator/tenants");
  await page.getByRole("searchbox").fill(tenant.billingAccountId);
  await page.waitForURL(`**/operator/tenants?search=${tenant.billingAccountId}`);
  await expectPage(page.getByRole("row", { name: tenant.name })).toBeVisible();
  await expectPage(page.getByRole("row")).toHaveCount(2);
  await page.getByRole("navigation").getByRole("link", { name: "Tenants" }).click();
  await expectPage(page.getByRole("searchbox")).toHaveValue("");
  await expectPage(page.getByRole("navigation").getByRole("link")).toHaveText([
    "Gateways",
    "Tenants",
    "Usage",
    "Alerts",
    "Audit",
  ]);
  const operator = page.getByRole("navigation").getByRole("heading", { name: "Operator" });
  expect((await operator.boundingBox())?.y, "at the head of the rail").toBeLessThan(120);
  const other = await visit(tenant, { path: "/operator/tenants", tolerates: ["/api/v1/operator/"] });
  await expectPage(other.getByRole("heading", { name: "For administrators of the platform" })).toBeVisible();
  await expectPage(other.getByRole("navigation").getByRole("link", { name: "Tenants" })).toHaveCount(0);
});

/** Further states of pages that are looked at anyway, and dialogs: drawn in `npm run test:long` alone, for each takes two seconds. */
const FURTHER = [
  /failed to load|did not load|no part loads|on its way|not for them|to those who|for admins only/,
  /none|^(an? )?no |^nobody|of nobody|nothing|is found|that (has ended|was made|is done|is met|was suspended)|too short/,
  /mistyped|menu|about to be|refused|not one's own|deleted|being installed|to accept/,
  /^a (new|fresh|key|member's|wallet) |removal|suspending|deleting|who may write|people who wait|terms|an entry/,
];

/** What is looked at, and by which rules: by all of them the first time, by those that theme or width can break from then on. */
const looksAt = (index: number): { look: Look; rules?: string[] }[] =>
  LONG
    ? [{ look: LOOKS[0] }, { look: LOOKS[2], rules: OF_COLOURS }, { look: LOOKS[1], rules: OF_WIDTH }]
    : LOOKS.slice(index % LOOKS.length, (index % LOOKS.length) + 1).map((look) => ({ look }));

test.for(
  ALL_VIEWS.filter(({ name }) => LONG || !FURTHER.some((form) => form.test(name))).map((view, index) => ({
    ...view,
    looks: looksAt(index),
  })),
)(
  "$name: axe finds nothing serious in light or dark, and 360 px are wide enough",
  async ({ open, who, looks }, { visit }) => {
    const page = await visit(who(), {
      path: "/healthz",
      looksOnly: true,
      reducedMotion: "reduce",
      tolerates: ["/nowhere", "/api/v1/", "/connect-link/open", "/wallets/unlink", "/email/verify"],
    });
    // What the page begins with; a page that is drawn a moment later than it shows would go back to it.
    await page.emulateMedia({ colorScheme: looks[0]?.look.scheme ?? null });
    await open(page);
    for (const { look, rules } of looks) {
      // As the script in the page's head does: another load for each theme would take as long again.
      await page.locator("html").evaluate((html, scheme) => {
        html.dataset.mantineColorScheme = scheme;
      }, look.scheme);
      await page.setViewportSize(look.viewport);
      expect(await barriers(page, rules), `${look.scheme}, ${look.viewport.width} px`).toEqual([]);
    }
    await page.setViewportSize(PHONE);
    expect(await page.evaluate<number>("document.scrollingElement.scrollWidth")).toBe(PHONE.width);
  },
);

test("whoever wants no motion gets none, and everyone else sees what is under way", async ({ visit }) => {
  const page = await visit(tenant, { reducedMotion: "reduce" });
  await drawn(page, everyState);
  await expectPage(cardOf(page, "Made connecting")).toBeVisible();
  const moving = () => page.evaluate<number>("document.getAnimations().length");
  expect(await moving()).toBe(0);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  expect(await moving()).toBeGreaterThan(0);
});

test("a chosen theme stays, also over the system's", async ({ visit }) => {
  const page = await visit(tenant, { colorScheme: "light" });
  await page.getByRole("button", { name: "Theme" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  const html = page.locator("html");
  await expectPage(html).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload();
  await expectPage(html).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.getByRole("button", { name: "Theme" }).click();
  await expectPage(page.getByRole("menuitemradio", { name: "Dark" })).toBeChecked();
});

/** Those that come with the same scripts as others are asked for in `npm run test:long` alone. */
const ONE_OF_A_KIND = new Set<string>([
  "/sign-in",
  "/t/TENANT/channels",
  "/t/TENANT/usage",
  "/operator/tenants",
]);

/** Each page, and what shows that it is complete: its open stream would keep the network busy for ever. */
const PAGES = [
  ["/sign-in", "heading"],
  ["/t/TENANT/channels", "listitem"],
  ["/t/TENANT/settings/general", "textbox"],
  ["/t/TENANT/settings/members", "row"],
  ["/t/TENANT/audit", "row"],
  ["/t/TENANT/usage", "heading"],
  ["/t/TENANT/settings/limits", "textbox"],
  ["/operator/usage", "row"],
  ["/operator/audit", "row"],
  ["/operator/gateways", "row"],
  ["/operator/tenants", "row"],
  ["/t/TENANT/settings/keys", "row"],
  ["/account", "listitem"],
  ["/t/TENANT/settings/agent", "textbox"],
  ["/t/TENANT/settings/links", "textbox"],
  ["/t/TENANT/settings/webhooks", "button"],
  ["/connect/00000000-0000-4000-8000-000000000000", "heading"],
] as const;

test.for(PAGES.filter(([path]) => LONG || ONE_OF_A_KIND.has(path)))(
  `the HTML of %s asks for less than ${MOST_SCRIPT_KB} KB of script`,
  async ([wanted, complete], { visit }) => {
    const path = wanted.replace("TENANT", tenant.billingAccountId);
    const who = path.startsWith("/operator") ? administrator : tenant;
    const page = await visit(path === "/sign-in" ? null : who, { path, looksOnly: true });
    await expectPage(page.getByRole("main").getByRole(complete).first()).toBeVisible();
    const html = await (await page.context().request.get(path)).text();
    const scripts = await page.evaluate<{ name: string; bytes: number }[]>(
      `performance.getEntriesByType("resource")
        .filter(({ name }) => new URL(name).pathname.endsWith(".js"))
        .map(({ name, encodedBodySize }) => ({ name: new URL(name).pathname, bytes: encodedBodySize }))`,
    );
    const kilobytes = (some: { bytes: number }[]) => some.reduce((sum, { bytes }) => sum + bytes, 0) / 1024;
    const asked = kilobytes(scripts.filter(({ name }) => html.includes(name)));
    const all = kilobytes(scripts);
    measured(
      `${wanted}: ${asked.toFixed(1)} KB of script by its HTML, ${all.toFixed(1)} KB with what that fetches`,
    );
    expect(asked).toBeGreaterThan(50);
    expect(asked).toBeLessThan(MOST_SCRIPT_KB);
  },
);
