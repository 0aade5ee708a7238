/**
 * Who may try a credential that several tenants offer at the same moment. The gateway takes down both of two accounts
 * with one token, so that neither would ever be accepted: they try one after the other, and the first one accepted owns
 * it. Held in memory, as one process reconciles a gateway; of two gateways, the claim in the database decides.
 */
import type { BillingAccountId, ChannelId } from "@cogni/contract";
import { keyString } from "../channels/keys.ts";
import { connectionByKey, type PlacedConnection } from "../db/connections.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";

export interface Contenders {
  /** False while an earlier contender for the same credential has not come to its end. @throws AppError */
  mayTry(connection: PlacedConnection, fingerprint: Uint8Array): Promise<boolean>;
}

interface Attempt {
  readonly billingAccountId: BillingAccountId;
  readonly channel: ChannelId;
  readonly generation: number;
  readonly credential: string;
}

export function createContenders(db: Db): Contenders {
  /** By account, the earliest attempt first. */
  const attempts = new Map<string, Attempt>();

  async function isOver(attempt: Attempt): Promise<boolean> {
    const now = await withService(db, (tx) => connectionByKey(tx, attempt));
    return now?.generation !== attempt.generation || now.settledGeneration === now.generation;
  }

  return {
    async mayTry({ billingAccountId, channel, generation }, fingerprint) {
      const own = keyString({ billingAccountId, channel });
      const credential = `${channel} ${Buffer.from(fingerprint).toString("hex")}`;
      const before = attempts.get(own);
      if (before?.credential !== credential || before.generation !== generation) {
        attempts.delete(own);
        attempts.set(own, { billingAccountId, channel, generation, credential });
      }
      for (const [name, attempt] of [...attempts]) {
        if (name === own) return true;
        if (attempt.credential !== credential) continue;
        if (!(await isOver(attempt))) return false;
        if (attempts.get(name) === attempt) attempts.delete(name);
      }
      return true;
    },
  };
}
