/**
 * What a messenger can do to an account, and what its tenant is told: the state, its cause and remedy, within which
 * time, and how it ends. Prints the table; docs/channels.md repeats it.
 */
import { ERRORS, type ErrorCode } from "@cogni/contract";
import { expect, inject, test, vi } from "vitest";
import type { Fault, Rival } from "../../dev-env/src/stand-ins/telegram.ts";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { type Account, connectAll, makeAccounts } from "../support/accounts.ts";
import { LONG } from "../support/long.ts";
import { measured } from "../support/measured.ts";

const world = joinWorld(inject("world"));

/** What the stand-in does from now on. */
type Rudeness = { readonly fault: Fault } | { readonly rival: Rival } | "revoked" | "revoked, poll runs on";

interface Row {
  readonly rudeness: Rudeness;
  /** State and problem while it lasts. */
  readonly told: string;
  /** Told within this time: what docs/channels.md states. */
  readonly withinS: number;
  /** Once it is over, whether it comes back by itself, or by its tenant's connecting once more, or with a new token. */
  readonly cure: "none" | "itself" | "tenant" | "new token";
  /** Watched for so long after it is told: nothing else is told meanwhile. */
  readonly heldS?: number;
}

const status = (code: 401 | 404 | 409 | 429 | 500): Rudeness => ({
  fault: { kind: "status", status: code, ...(code === 429 && { retryAfterS: 2 }) },
});
const cut: Rudeness = { fault: { kind: "cut" } };
const silent: Rudeness = { fault: { kind: "silent" } };
const REFUSED = "action_required credential_refused";
const CONFLICT = "action_required conflict_elsewhere";
const WEBHOOK = "action_required webhook_elsewhere";
const UNANSWERED = "connecting messenger_unreachable";
const SILENT = "reconnecting messenger_unreachable";

/** Many at once, so the gateway's config writes wait for each other; refusals are timed alone in outages.test.ts. */
const WHILE_CONNECTING: Record<string, Row> = {
  "refuses with 401": { rudeness: status(401), told: REFUSED, withinS: 30, cure: "tenant" },
  "refuses with 404": { rudeness: status(404), told: REFUSED, withinS: 30, cure: "tenant" },
  "says 409 to every call": { rudeness: status(409), told: CONFLICT, withinS: 30, cure: "tenant" },
  "has another program poll": { rudeness: { rival: "poller" }, told: CONFLICT, withinS: 30, cure: "tenant" },
  "says 429": { rudeness: status(429), told: UNANSWERED, withinS: 45, cure: "itself" },
  "says 500": { rudeness: status(500), told: UNANSWERED, withinS: 45, cure: "itself" },
  "is slow": {
    rudeness: { fault: { kind: "slow", ms: 2_000 } },
    told: "connected",
    withinS: 45,
    cure: "none",
  },
  "cuts connections": { rudeness: cut, told: UNANSWERED, withinS: 45, cure: "itself" },
  "does not answer": { rudeness: silent, told: UNANSWERED, withinS: 45, cure: "itself" },
};

const WHILE_UP: Record<string, Row> = {
  "revokes the token": { rudeness: "revoked", told: REFUSED, withinS: 10, cure: "new token" },
  "deletes the bot": { rudeness: "revoked", told: REFUSED, withinS: 10, cure: "new token" },
  "refuses with 404": { rudeness: status(404), told: REFUSED, withinS: 10, cure: "tenant" },
  "has a webhook set again and again": {
    rudeness: { rival: "webhook" },
    told: WEBHOOK,
    withinS: 10,
    cure: "tenant",
  },
  "has another program poll": { rudeness: { rival: "poller" }, told: CONFLICT, withinS: 10, cure: "tenant" },
};

/** The gateway tries again by itself 24 to 36 s after a conflict, and removes a webhook then. */
const WHILE_UP_FOR_LONG: Record<string, Row> = {
  // A poll lasts 30 s.
  "revokes the token and lets the poll under way run on": {
    rudeness: "revoked, poll runs on",
    told: REFUSED,
    withinS: 40,
    cure: "new token",
  },
  "has a webhook set once": {
    rudeness: { rival: "webhook once" },
    told: WEBHOOK,
    withinS: 10,
    cure: "itself",
  },
  "has a webhook set again and again": {
    rudeness: { rival: "webhook" },
    told: WEBHOOK,
    withinS: 10,
    cure: "itself",
    heldS: 90,
  },
  "has another program poll": {
    rudeness: { rival: "poller" },
    told: CONFLICT,
    withinS: 10,
    cure: "itself",
    heldS: 90,
  },
  // The gateway goes on saying “connected”: the channel's silence of 90 s tells.
  "says 429": { rudeness: status(429), told: SILENT, withinS: 95, cure: "itself" },
  "says 500": { rudeness: status(500), told: SILENT, withinS: 95, cure: "itself" },
  "cuts connections": { rudeness: cut, told: SILENT, withinS: 95, cure: "itself" },
  "does not answer": { rudeness: silent, told: SILENT, withinS: 95, cure: "itself", heldS: 60 },
};

async function begin({ token }: Account, rudeness: Rudeness): Promise<void> {
  if (rudeness === "revoked") await world.telegram.revoke(token);
  else if (rudeness === "revoked, poll runs on") await world.telegram.revoke(token, "runs on");
  else if ("rival" in rudeness) await world.telegram.rival(token, rudeness.rival);
  else await world.telegram.fault(token, rudeness.fault);
}

async function end({ token }: Account, rudeness: Rudeness): Promise<void> {
  // What is revoked stays so.
  if (typeof rudeness === "string") return;
  if ("rival" in rudeness) await world.telegram.rival(token, null);
  else await world.telegram.fault(token, null);
}

async function toldNow({ api }: Account): Promise<string> {
  const found = (await api.status()).channels.find(({ channel }) => channel === "telegram");
  return [found?.state, found?.problem?.code].filter(Boolean).join(" ");
}

function becomes(account: Account, told: string, name: string, timeoutMs = 150_000): Promise<void> {
  return vi.waitFor(async () => expect(await toldNow(account), name).toBe(told), {
    timeout: timeoutMs,
    interval: 250,
  });
}

/** Looks every 250 ms for so long. */
async function stays(account: Account, told: string, name: string, seconds: number): Promise<void> {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    expect(await toldNow(account), `${name}, for as long as it lasts`).toBe(told);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** One line of the table. */
async function suffer(
  name: string,
  row: Row,
  account: Account,
  trigger: () => Promise<void>,
): Promise<string> {
  const beganAt = Date.now();
  await trigger();
  await becomes(account, row.told, name);
  const toldS = (Date.now() - beganAt) / 1000;
  await stays(account, row.told, name, row.heldS ?? 0);
  const endedAt = Date.now();
  await end(account, row.rudeness);
  if (row.cure === "tenant") await connectAll([account]);
  if (row.cure === "new token") await connectAll([{ ...account, ...(await world.bot()) }]);
  await becomes(account, "connected", `after ${name}`);
  // Alone on the machine; beside other tests the gateway's config writes take their time.
  if (LONG) expect(toldS, `${name} is told within ${row.withinS} s`).toBeLessThan(row.withinS);
  const [state = "", code] = row.told.split(" ");
  const { cause, remedy } = code ? ERRORS[code as ErrorCode] : { cause: "", remedy: "" };
  const wellS = row.cure === "none" ? "" : `${((Date.now() - endedAt) / 1000).toFixed(1)} (by ${row.cure})`;
  return [name, state, code ?? "", cause, remedy, toldS.toFixed(1), wellS].join(" | ");
}

/** All rows at once, each with an account of its own. */
async function endure(
  rows: Record<string, Row>,
  sufferOne: (name: string, row: Row, account: Account) => Promise<string>,
): Promise<void> {
  const names = Object.entries(rows);
  const accounts = await makeAccounts(world, names.length);
  const lines = await Promise.all(
    names.map(([name, row], index) => sufferOne(name, row, accounts[index] as Account)),
  );
  measured("the messenger … | state | code | cause | remedy | told after s | connected s after its end");
  for (const line of lines) measured(line);
}

async function onceUp(name: string, row: Row, account: Account): Promise<string> {
  await connectAll([account]);
  return suffer(name, row, account, () => begin(account, row.rudeness));
}

test.runIf(LONG)(
  "a messenger that refuses, fails, stalls or is silent while an account connects is told apart, and the account recovers",
  {
    timeout: 240_000,
  },
  () =>
    endure(WHILE_CONNECTING, async (name, row, account) => {
      await begin(account, row.rudeness);
      return suffer(
        name,
        row,
        account,
        async () => void (await account.api.connect("telegram", account.token)),
      );
    }),
);

test.runIf(LONG)(
  "a connected account that is turned away is told its own cause within seconds, and recovers when it is connected anew",
  {
    timeout: 240_000,
  },
  () => endure(WHILE_UP, onceUp),
);

test.runIf(LONG)(
  "a dead connection does not stay green, no trouble flickers while it lasts, and the account recovers by itself",
  { timeout: 600_000 },
  () => endure(WHILE_UP_FOR_LONG, onceUp),
);
