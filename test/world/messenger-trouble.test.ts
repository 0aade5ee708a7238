/** What a messenger can do to an account, and what its tenant is told: the state, the cause, and how it ends. */
import { expect, inject, test, vi } from "vitest";
import type { Fault } from "../../dev-env/src/stand-ins/telegram.ts";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { type Account, connectAll, makeAccounts } from "../support/accounts.ts";
import { LONG } from "../support/long.ts";
import { measured } from "../support/measured.ts";

const world = joinWorld(inject("world"));

interface Trouble {
  readonly fault: Fault;
  /** State and problem while it lasts. */
  readonly told: string;
  /** Whether it comes back by itself, or by its tenant's connecting once more with the same token. */
  readonly cure: "none" | "itself" | "tenant";
}

const status = (code: 401 | 404 | 409 | 429 | 500): Fault => ({
  kind: "status",
  status: code,
  ...(code === 429 && { retryAfterS: 2 }),
});
const REFUSED: Trouble["told"] = "action_required credential_refused";

const WHILE_CONNECTING: Record<string, Trouble> = {
  "401": { fault: status(401), told: REFUSED, cure: "tenant" },
  "404": { fault: status(404), told: REFUSED, cure: "tenant" },
  "409": { fault: status(409), told: "action_required conflict_elsewhere", cure: "itself" },
  "429": { fault: status(429), told: "connecting messenger_unreachable", cure: "itself" },
  "500": { fault: status(500), told: "connecting messenger_unreachable", cure: "itself" },
  slow: { fault: { kind: "slow", ms: 2_000 }, told: "connected", cure: "none" },
  "connections cut": { fault: { kind: "cut" }, told: "connecting messenger_unreachable", cure: "itself" },
  "no answer": { fault: { kind: "silent" }, told: "connecting messenger_unreachable", cure: "itself" },
};

const WHILE_UP: Record<string, Trouble> = {
  "401": { fault: status(401), told: REFUSED, cure: "tenant" },
  "404": { fault: status(404), told: REFUSED, cure: "tenant" },
  "409": { fault: status(409), told: "action_required conflict_elsewhere", cure: "itself" },
};

/** The gateway goes on saying “connected”: the channel's silence of 90 s tells. */
const SILENT_WHILE_UP: Record<string, Trouble> = {
  "429": { fault: status(429), told: "reconnecting messenger_unreachable", cure: "itself" },
  "500": { fault: status(500), told: "reconnecting messenger_unreachable", cure: "itself" },
  "connections cut": { fault: { kind: "cut" }, told: "reconnecting messenger_unreachable", cure: "itself" },
  "no answer": { fault: { kind: "silent" }, told: "reconnecting messenger_unreachable", cure: "itself" },
};

async function endure(
  troubles: Record<string, Trouble>,
  suffer: (account: Account, fault: Fault) => Promise<void>,
): Promise<void> {
  const names = Object.keys(troubles);
  const accounts = await makeAccounts(world, names.length);
  const told = async ({ api }: Account) => {
    const found = (await api.status()).channels.find(({ channel }) => channel === "telegram");
    return [found?.state, found?.problem?.code].filter(Boolean).join(" ");
  };
  const figures = await Promise.all(
    Object.entries(troubles).map(async ([name, trouble], index) => {
      const account = accounts[index];
      if (!account) throw new Error("no tenant was made");
      const beganAt = Date.now();
      await suffer(account, trouble.fault);
      await vi.waitFor(async () => expect(await told(account), name).toBe(trouble.told), {
        timeout: 150_000,
        interval: 250,
      });
      const toldAt = Date.now();
      await world.telegram.fault(account.token, null);
      if (trouble.cure === "tenant") await connectAll([account]);
      await vi.waitFor(async () => expect(await told(account), `after ${name}`).toBe("connected"), {
        timeout: 120_000,
        interval: 250,
      });
      const seconds = (ms: number) => (ms / 1000).toFixed(1);
      return `${name}: told after ${seconds(toldAt - beganAt)} s, well ${seconds(Date.now() - toldAt)} s after its end`;
    }),
  );
  for (const figure of figures) measured(figure);
}

test("a messenger that refuses, fails, stalls or is silent while an account connects is told apart, and the account recovers", {
  timeout: 240_000,
}, async () => {
  await endure(WHILE_CONNECTING, async ({ api, token }, fault) => {
    await world.telegram.fault(token, fault);
    await api.connect("telegram", token);
  });
});

async function onceUp(account: Account, fault: Fault): Promise<void> {
  await connectAll([account]);
  await world.telegram.fault(account.token, fault);
}

test.runIf(LONG)(
  "a messenger that turns an account away is told within seconds, and the account recovers",
  { timeout: 240_000 },
  () => endure(WHILE_UP, onceUp),
);

test.runIf(LONG)(
  "an account that its messenger no longer answers does not stay green, and recovers by itself",
  { timeout: 400_000 },
  () => endure(SILENT_WHILE_UP, onceUp),
);
