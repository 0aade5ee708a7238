/** Many tenants on one gateway: they come at once, and then none of them feels what another one does. */
import { expect, inject, test, vi } from "vitest";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { type Account, connectAll, disconnectAll, makeAccount, makeAccounts } from "../support/accounts.ts";
import { accountRows, configWrites } from "../support/gateway.ts";
import { LONG } from "../support/long.ts";
import { measured } from "../support/measured.ts";

const world = joinWorld(inject("world"));
const AT_ONCE = 60;
const NEIGHBOURS = 20;
/** The gateway's thread is shared, and a machine may be busy; a restarted account is silent for longer. */
const LONGEST_GAP_MS = 2_000;
const up: Account[] = [];

test.runIf(LONG)(
  `${AT_ONCE} tenants who connect within a second are all in their true state within 90 s, by 5 config writes at most`,
  {
    timeout: 150_000,
  },
  async () => {
    const accounts = await makeAccounts(world, AT_ONCE);
    up.push(...accounts);
    const isWrong = (index: number) => index % 6 === 5;
    const beganAt = Date.now();
    const answers = await Promise.all(
      accounts.map(({ api, token }, index) =>
        api.connect("telegram", isWrong(index) ? `${token}-but-wrong` : token),
      ),
    );
    for (const { status } of answers) expect(["connected", "connecting", "failed"]).toContain(status);
    const left = () => beganAt + 90_000 - Date.now();
    const ends = await Promise.all(
      accounts.map(({ api }) => api.reaches("telegram", ["connected", "action_required"], left())),
    );
    const tookMs = Date.now() - beganAt;
    expect(ends.map(({ state, problem }) => problem?.code ?? state)).toEqual(
      accounts.map((_, index) => (isWrong(index) ? "credential_refused" : "connected")),
    );
    // The log names eight changed paths of a write, and counts the others.
    const writes = configWrites(
      world,
      beganAt,
      (message) =>
        accounts.some(({ accountId }) => message.includes(`.${accountId}`)) || message.includes(" more "),
    );
    measured(
      `${AT_ONCE} tenants at once: all in their true state after ${tookMs} ms, ${writes.length} config writes`,
    );
    expect(writes.length).toBeLessThanOrEqual(5);
    expect(writes.length).toBeGreaterThan(0);
  },
);

test.runIf(LONG)(
  "whoever mends a refused token hears no more of the refusal",
  { timeout: 150_000 },
  async () => {
    const states = await Promise.all(
      up.map(({ api }) => api.reaches("telegram", ["connected", "action_required"])),
    );
    const refused = up.filter((_, index) => states[index]?.state === "action_required");
    expect(refused).not.toEqual([]);
    await Promise.all(
      refused.map(async ({ api, token }) => {
        const { status, error } = await api.connect("telegram", token);
        expect([status, error]).toEqual([expect.stringMatching(/^connect(ing|ed)$/), null]);
        const { problem } = await api.reaches("telegram", ["connected", "action_required"], 90_000);
        expect(problem).toBeNull();
      }),
    );
  },
);

test.runIf(LONG)(
  `connecting, replacing and disconnecting one account leaves ${NEIGHBOURS} others running without a gap`,
  {
    timeout: 150_000,
  },
  async () => {
    await Promise.all(up.map(({ api }) => api.reaches("telegram", ["connected", "action_required"], 90_000)));
    const here: Account[] = [];
    for (const account of up) {
      if ((await account.api.reaches("telegram", ["connected", "action_required"])).state === "connected") {
        here.push(account);
      }
    }
    const missing = await makeAccounts(world, Math.max(0, NEIGHBOURS - here.length));
    up.push(...missing);
    await connectAll(missing);
    const neighbours = [...here, ...missing].slice(0, NEIGHBOURS);
    const starts = async () => {
      const rows = await accountRows(world);
      return neighbours.map(({ accountId }) => rows.get(accountId)?.lastStartAt);
    };
    // Names are asked for once, by a probe that may still be under way.
    await Promise.all(
      neighbours.map(({ api }) =>
        vi.waitFor(
          async () => expect((await api.reaches("telegram", ["connected"])).displayName).not.toBeNull(),
          { timeout: 60_000, interval: 500 },
        ),
      ),
    );
    const before = await starts();
    expect(before).not.toContain(undefined);
    const since = Date.now();

    const newcomer = await makeAccount(world);
    await connectAll([newcomer]);
    await connectAll([{ ...newcomer, ...(await world.bot()) }]);
    await disconnectAll([newcomer]);

    expect(await starts()).toEqual(before);
    const gaps = await Promise.all(
      neighbours.map(({ token }) => world.telegram.longestPollGap(token, since)),
    );
    measured(
      `${NEIGHBOURS} neighbours of a connect, a replacement and a disconnect (${Date.now() - since} ms): none restarted, ` +
        `longest time without a poll ${Math.max(...gaps)} ms`,
    );
    expect(Math.max(...gaps)).toBeLessThan(LONGEST_GAP_MS);
  },
);
