/**
 * Reads who waits to be let in at a gateway, and carries out what their tenants decide of them. The gateway tells nobody
 * when someone comes, so it is asked often, but only while some tenant wishes to approve of people.
 */
import { accountIdOf, tenantOfAccountId } from "@cogni/contract";
import type { Logger } from "pino";
import { keyString } from "../channels/keys.ts";
import { append } from "../db/audit.ts";
import type { ConnectionKey } from "../db/connections.ts";
import { notifyDecided } from "../db/notify.ts";
import type { Db } from "../db/pool.ts";
import {
  connectionsByApproval,
  type DecidedSender,
  decisionsOn,
  recordWaiting,
  type SeenSender,
  settleDecision,
} from "../db/senders.ts";
import { withService } from "../db/tenant.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { type Repeated, repeat } from "../repeat.ts";

/** Between two looks: so many times as long as the last one took, within these bounds, in milliseconds. */
export interface SendersPause {
  readonly minMs: number;
  readonly maxMs: number;
  readonly factor: number;
}

export interface SendersDeps {
  readonly db: Db;
  readonly gateway: Gateway;
  /** Has an account reconciled: what the gateway could not do at once is done by putting the account anew. */
  readonly wake: (key: ConnectionKey) => void;
  readonly pause: SendersPause;
  readonly log: Logger;
}

/** A tenant who looks in once a month finds everyone; the gateway alone would have forgotten them after an hour. */
const LIMITS = { keepDays: 30, perAccount: 500 };
/** Places kept free for who comes before the next look: to whom comes when there are none, the gateway says nothing. */
const FREE_PLACES = 2;

export function startSenders(deps: SendersDeps): Repeated {
  const { minMs, maxMs, factor } = deps.pause;
  return repeat(
    () =>
      look(deps).catch((error: unknown) =>
        deps.log.warn({ err: error }, "who waits to be let in could not be looked up"),
      ),
    (tookMs) => Math.min(maxMs, Math.max(minMs, tookMs * factor)),
  );
}

async function look(deps: SendersDeps): Promise<void> {
  const { db, gateway } = deps;
  if (!gateway.reachable()) return;
  const asking = await withService(db, (tx) => connectionsByApproval(tx, gateway.id));
  if (asking.length > 0) await recordAll(deps, asking);
  const decided = await withService(db, (tx) => decisionsOn(tx, gateway.id));
  const byAccount = Map.groupBy(decided, keyString);
  await Promise.all([...byAccount.values()].map((inOrder) => carryOutInOrder(deps, inOrder)));
}

async function recordAll({ db, gateway }: SendersDeps, asking: readonly ConnectionKey[]): Promise<void> {
  const { waiting, placesPerAccount } = await gateway.waitingRoom();
  const ours = new Set(asking.map(keyString));
  const seen = waiting.flatMap((one): SeenSender[] => {
    const billingAccountId = tenantOfAccountId(one.accountId);
    if (!billingAccountId || !ours.has(keyString({ billingAccountId, channel: one.channel }))) return [];
    const { channel, sender, name, requestId, requestedAt } = one;
    return [{ billingAccountId, channel, sender, name, requestId, requestedAt }];
  });
  await withService(db, (tx) => recordWaiting(tx, gateway.id, seen, LIMITS));

  // Written down, they wait on here: the gateway answers whoever comes next, and them too, should they write again.
  for (const earliestFirst of Map.groupBy(seen, keyString).values()) {
    const tooMany = earliestFirst.slice(
      0,
      Math.max(0, earliestFirst.length + FREE_PLACES - placesPerAccount),
    );
    for (const one of tooMany) await gateway.turnAway(accountOf(one), one.requestId);
  }
}

async function carryOutInOrder(deps: SendersDeps, inOrder: readonly DecidedSender[]): Promise<void> {
  for (const decided of inOrder) {
    await carryOut(deps, decided).catch((error: unknown) =>
      deps.log.warn(
        { err: error, account: keyString(decided) },
        "a decision on someone who waits could not be carried out; the next look tries again",
      ),
    );
  }
}

/** Any number of times: who is in is in, and who is gone is gone. */
async function carryOut({ db, gateway, wake }: SendersDeps, decided: DecidedSender): Promise<void> {
  const { billingAccountId, channel, accountId, sender, decision, decidedAt } = decided;
  if (decision === "dismiss") await gateway.turnAway(decided, decided.requestId);
  else if (!(await gateway.admit(decided, sender))) wake(decided);
  await withService(db, async (tx) => {
    if (!(await settleDecision(tx, decided))) return;
    await append(tx, {
      billingAccountId,
      actor: { kind: "system", id: "reconcile" },
      action: `sender.${decision}`,
      channel,
      accountId,
      subject: sender,
      outcome: decision === "approve" ? "approved" : "dismissed",
      meta: null,
    });
    await notifyDecided(tx, decided, decidedAt.getTime());
  });
}

function accountOf({ billingAccountId, channel }: ConnectionKey) {
  return { channel, accountId: accountIdOf(billingAccountId) };
}
