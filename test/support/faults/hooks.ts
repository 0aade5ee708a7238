/** The webhooks of tenants who live through the faults: each change of state is told at least once, and each account's in order. */
import { type ChannelState, webhookMessageSchema } from "@cogni/contract";
import { afterAll, expect } from "vitest";
import { startReceiver } from "../../../server/test/support/receiver.ts";
import type { Account } from "../accounts.ts";
import type { Database } from "../database.ts";

export interface HookWatch {
  /** How what was told differs from what happened, since the beginning; empty when they match. */
  differences(): Promise<string[]>;
  /** How many messages came, and how many of them more than once. */
  counts(): { messages: number; repeated: number };
}

/** From here on the changes of these are told to one receiver. Closed after the file's last test. */
export async function watchHooks(
  { query }: Database,
  accounts: readonly Pick<Account, "id" | "api">[],
): Promise<HookWatch> {
  const receiver = await startReceiver();
  afterAll(() => receiver.close());
  for (const { api } of accounts) {
    const { status, body } = await api.request("POST", "/api/v1/webhooks", {
      url: receiver.url,
      eventTypes: ["channel.state_changed"],
    });
    expect(status, JSON.stringify(body)).toBeLessThan(300);
  }
  const ids = (): string[] => receiver.received.map(({ headers }) => headers["webhook-id"] ?? "");

  return {
    async differences() {
      const rows = await query<{ lane: string; eventId: string; state: string; body: string }>(
        `SELECT billing_account_id || ' ' || lane AS lane, event_id AS "eventId", state, body
         FROM webhook_deliveries WHERE billing_account_id = ANY($1) ORDER BY seq`,
        [accounts.map(({ id }) => id)],
      );
      const cameFirst = [...new Set(ids())];
      const found: string[] = [];
      for (const [lane, written] of Map.groupBy(rows, (row) => row.lane)) {
        const waiting = written.filter(({ state }) => state !== "delivered");
        if (waiting.length > 0) found.push(`${lane}: ${waiting.length} are not delivered`);
        const wanted = written.map(({ eventId }) => eventId);
        const came = cameFirst.filter((id) => wanted.includes(id));
        if (came.join() !== wanted.join())
          found.push(`${lane}: what came is not what was written, in its order`);
        let last: ChannelState | null = null;
        for (const { body } of written) {
          const { type, data } = webhookMessageSchema.parse(JSON.parse(body));
          if (type !== "channel.state_changed") continue;
          if (last !== null && data.previousState !== last) {
            found.push(`${lane}: from ${last}, but told of ${data.previousState} → ${data.state}`);
          }
          last = data.state;
        }
      }
      return found;
    },
    counts() {
      const all = ids();
      const messages = new Set(all).size;
      return { messages, repeated: all.length - messages };
    },
  };
}
