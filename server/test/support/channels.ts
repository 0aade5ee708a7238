/** The channel functions on a test's database, with a gateway that is in sight and offers what the test says. */
import { randomBytes, randomUUID } from "node:crypto";
import { type BillingAccountId, type ConnectMethod, type ErrorCode, ROLE_SCOPES } from "@cogni/contract";
import type { Principal } from "../../src/auth/principal.ts";
import type { Allowance } from "../../src/channels/allowance.ts";
import { createCatalogs } from "../../src/channels/catalogs.ts";
import type { ChannelsDeps } from "../../src/channels/deps.ts";
import { createOutcomes } from "../../src/channels/outcomes.ts";
import { type OfferedChannel, saveCatalog } from "../../src/db/catalogs.ts";
import { acquireLease, recordReachable } from "../../src/db/gateways.ts";
import type { Db } from "../../src/db/pool.ts";
import { withService } from "../../src/db/tenant.ts";
import { Secret } from "../../src/secret.ts";
import { timingSchema } from "../../src/timing.ts";
import { createFingerprints } from "../../src/vault/fingerprint.ts";
import { createVault } from "../../src/vault/vault.ts";
import { CHANNEL, GATEWAY } from "./database.ts";

/** Nobody carries a wish out here, so requests do not wait for it. */
export function channelsDeps(db: Db): ChannelsDeps {
  return {
    db,
    vault: createVault({ current: new Secret(randomBytes(32).toString("base64")), previous: [] }),
    fingerprints: createFingerprints(new Secret<Uint8Array>(randomBytes(32))),
    catalogs: createCatalogs(db),
    outcomes: createOutcomes(),
    logins: createOutcomes(),
    decisions: createOutcomes(),
    clock: () => new Date(),
    newId: randomUUID,
    wishWaitMs: 1,
    patience: timingSchema.parse({}).patience,
  };
}

/** What the gateway offers from now on, and that somebody watches it. */
export async function offer(
  db: Db,
  connect: Partial<ConnectMethod>,
  unavailable: ErrorCode | null = null,
): Promise<void> {
  const channel: OfferedChannel = {
    channel: CHANNEL,
    label: "Channel",
    connect: {
      method: "qr",
      fields: [],
      docsUrl: null,
      notice: null,
      byApproval: true,
      scanSteps: [],
      ...connect,
    },
    unavailable,
    silenceMs: null,
  };
  await withService(db, async (tx) => {
    await acquireLease(tx, GATEWAY, "test", 600_000);
    await recordReachable(tx, GATEWAY, "test", true);
    await saveCatalog(tx, GATEWAY, [channel]);
  });
}

/** Of a caller whom nothing limits. */
export const unlimited: Allowance = {
  take: async () => ({ giveBack: async () => undefined }),
  require: async () => undefined,
  note: async () => undefined,
  quotas: () => [],
};

export const principalOf = (billingAccountId: BillingAccountId): Principal => ({
  billingAccountId,
  actor: { kind: "person", id: "p" },
  name: "P",
  email: null,
  role: "owner",
  scopes: ROLE_SCOPES.owner,
  channels: null,
});
