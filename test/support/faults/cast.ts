/**
 * Who lives through the faults: tenants who stay connected and write and look all the time, and some who connect, disconnect,
 * replace tokens and scan codes while one lasts. What each wishes is kept here, and compared with what is.
 */
import type { World } from "../../../dev-env/src/world-client.ts";
import { type Account, connectAll, makeAccounts } from "../accounts.ts";
import { accountRows, gatewayConfig } from "../gateway.ts";
import { CHANNEL, type Linker, makeLinker } from "../linking.ts";
import { type Act, insist } from "./acts.ts";
import { chatWith } from "./chat.ts";

export interface Member extends Account {
  /** The token that is wished connected; null: none is. */
  wished: string | null;
}

export interface Cast {
  /** They do nothing but be connected and look. */
  readonly steady: readonly Member[];
  /** Some of them are written to all the time. */
  readonly chatty: readonly Member[];
  /** Steady and all others on Telegram. */
  readonly members: readonly Member[];
  tenantIds(): string[];
  /** Before a fault: a code is on offer. Answers the act by which it was asked for. */
  prepare(): Promise<Act[]>;
  /** Those that are in the middle of something when the fault comes. */
  actBefore(until: number): Promise<Act>[];
  /** Those that begin while it lasts. */
  actWithin(until: number): Promise<Act>[];
  /** How what is differs from what is wished, by the API, the gateway and the messenger; empty when all is well. */
  differences(): Promise<string[]>;
}

const STEADY = 6;
/** Of the steady, so many are written to. */
const CHATTY = 3;
const MOVERS = 4;

export async function makeCast(world: World): Promise<Cast> {
  const accounts = await makeAccounts(world, STEADY + MOVERS);
  const members = accounts.map((account): Member => ({ ...account, wished: account.token }));
  const steady = members.slice(0, STEADY);
  const chatty = steady.slice(0, CHATTY);
  const [first, second, changerBefore, changerWithin] = members.slice(STEADY) as [
    Member,
    Member,
    Member,
    Member,
  ];
  let [newcomer, leaver] = [first, second];
  let [scanning, linked] = [await makeLinker(world), await makeLinker(world)];
  newcomer.wished = null;
  await connectAll(members.filter(({ wished }) => wished !== null));
  await linked.connect();
  await linked.offered();
  await linked.scan();
  await linked.connected();
  // The gateway may lose an agent's very first reply while others' are under way.
  for (const { token } of chatty) await chatWith(world, token).stop();
  /** Tokens that were replaced: nobody may poll with them. */
  const former = new Set<string>();
  let linkedNow: Linker[] = [linked];

  const connect = (member: Member, until: number): Promise<Act> =>
    insist(
      member.api,
      { tenantId: member.id, action: "channel.connect", body: telegram(member.token) },
      until,
    );

  async function replace(member: Member, until: number): Promise<Act> {
    const { token } = await world.bot();
    if (member.wished) former.add(member.wished);
    member.wished = token;
    return insist(
      member.api,
      { tenantId: member.id, action: "channel.replace", body: telegram(token) },
      until,
    );
  }

  return {
    steady,
    chatty,
    members,
    tenantIds: () => [...members, scanning, linked].map(({ id }) => id),
    async prepare() {
      const { id, api } = scanning;
      const asked = await insist(
        api,
        { tenantId: id, action: "channel.connect", body: { channel: CHANNEL } },
        Date.now(),
      );
      await scanning.offered();
      return [asked];
    },
    actBefore(until) {
      newcomer.wished = newcomer.token;
      return [connect(newcomer, until), replace(changerBefore, until)];
    },
    actWithin(until) {
      leaver.wished = null;
      const { id, api } = linked;
      const acts = [
        insist(
          leaver.api,
          { tenantId: leaver.id, action: "channel.disconnect", body: { channel: "telegram" } },
          until,
        ),
        replace(changerWithin, until),
        insist(api, { tenantId: id, action: "channel.disconnect", body: { channel: CHANNEL } }, until),
        // The phone's side of it: no request of ours, and so no act that could be refused.
        scanning.scan(),
      ] as const;
      linkedNow = [scanning];
      [newcomer, leaver] = [leaver, newcomer];
      [scanning, linked] = [linked, scanning];
      const [leave, change, unlink, scan] = acts;
      return [leave, change, scan.then(() => unlink)];
    },
    async differences() {
      const found: string[] = [];
      const [telegramRows, qrRows, { sourceConfig }] = await Promise.all([
        accountRows(world),
        accountRows(world, CHANNEL),
        gatewayConfig(world),
      ]);
      const bindings = sourceConfig.bindings as { agentId: string; match: { channel: string } }[];
      const compare = async (
        { api, accountId }: Pick<Linker, "api" | "accountId">,
        channel: string,
        isWished: boolean,
        runs: boolean,
      ): Promise<void> => {
        const { channels } = await api.status();
        const state = channels.find((one) => one.channel === channel)?.state;
        const wished = isWished ? "connected" : "not_connected";
        if (state !== wished) found.push(`${channel} ${accountId} is ${state}, not ${wished}`);
        if (runs !== isWished) found.push(`${channel} ${accountId} ${runs ? "runs" : "does not run"}`);
        const bound = bindings.filter(
          ({ agentId, match }) => agentId === accountId && match.channel === channel,
        ).length;
        if (bound !== Number(isWished)) found.push(`${channel} ${accountId} is bound ${bound} times`);
      };
      const polled = async (token: string) =>
        (await world.telegram.polls(token)).some(({ endedAt }) => endedAt === null);
      await Promise.all([
        ...members.map(async (member) => {
          const isPolled = member.wished !== null && (await polled(member.wished));
          const runs = telegramRows.get(member.accountId)?.running ?? false;
          await compare(member, "telegram", member.wished !== null, runs);
          if (isPolled !== (member.wished !== null)) found.push(`${member.accountId} is not polled`);
        }),
        ...[scanning, linked].map((linker) => {
          const runs = qrRows.get(linker.accountId)?.running ?? false;
          return compare(linker, CHANNEL, linkedNow.includes(linker), runs);
        }),
        ...[...former, ...members.filter(({ wished }) => wished === null).map(({ token }) => token)].map(
          async (token) => {
            if (await polled(token))
              found.push(`the bot ${token.split(":")[0]} is polled, and nobody wishes it`);
          },
        ),
      ]);
      const ours = new Set([...members, scanning, linked].map(({ accountId }) => accountId));
      for (const [channel, rows] of Object.entries({ telegram: telegramRows, [CHANNEL]: qrRows })) {
        for (const [accountId, { running }] of rows) {
          if (running && !ours.has(accountId))
            found.push(`${channel} ${accountId} runs, and nobody wishes it`);
        }
      }
      return found;
    },
  };
}

const telegram = (credential: string) => ({ channel: "telegram", credential });
