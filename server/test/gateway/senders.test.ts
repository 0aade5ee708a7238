/** Who waits at the gateway, is let in and is taken away, against answers as OpenClaw 2026.9.6 gives them. */
import { BRIDGE_METHODS } from "@cogni/contract";
import { beforeEach, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import type { GatewayClient } from "../../src/gateway/client.ts";
import { GatewayRpcError } from "../../src/gateway/errors.ts";
import { pairingListSchema } from "../../src/gateway/protocol.ts";
import { createSenders } from "../../src/gateway/senders.ts";

const KEY = { channel: "telegram", accountId: "tenant-acme" };
const PLACES = 3;

interface Request {
  requestId: string;
  senderId: string;
  metadata?: Record<string, string>;
}
let requests: Request[] = [];
let admitted: string[] = [];
let calls: string[] = [];
/** What approving does beside letting in. */
let onApprove: () => Promise<void>;

beforeEach(() => {
  requests = [];
  admitted = [];
  calls = [];
  onApprove = async () => undefined;
});

function refused(message: string): GatewayRpcError {
  return new GatewayRpcError("invalid", "channels.pairing", { cause: new Error(message) });
}

function take(requestId: string): Request {
  const found = requests.find((one) => one.requestId === requestId);
  if (!found) throw refused("pending DM access request no longer exists");
  requests = requests.filter((one) => one !== found);
  return found;
}

const bridge = async (method: string, { sender }: { sender?: string }) => {
  calls.push(method);
  if (method === BRIDGE_METHODS.forgetSenders) admitted = [];
  if (method === BRIDGE_METHODS.askForSender && sender && requests.length < PLACES) {
    requests.push({ requestId: `asked-${sender}`, senderId: sender });
  }
  return { admitted, asked: true };
};
const client: Partial<GatewayClient> = {
  bridge: bridge as GatewayClient["bridge"],
  pairingList: async () =>
    pairingListSchema.parse({
      accounts: [],
      requests: requests.map((request, minute) => ({
        ...KEY,
        channelLabel: "Telegram",
        createdAt: `2030-01-01T10:0${minute}:00.000Z`,
        ...request,
      })),
      limits: { pendingPerAccount: PLACES, ttlMs: 3_600_000 },
    }),
  async pairingApprove({ requestId }) {
    admitted.push(take(requestId).senderId);
    calls.push(`approve ${requestId}`);
    await onApprove();
    return {};
  },
  async pairingDismiss({ requestId }) {
    take(requestId);
    calls.push(`dismiss ${requestId}`);
    return {};
  },
};
const senders = createSenders(client as GatewayClient);

test("whoever waits is let in by their own request", async () => {
  requests = [{ requestId: "r1", senderId: "42" }];
  expect(await senders.admit(KEY, "42")).toBe(true);
  expect(calls).toEqual([BRIDGE_METHODS.senders, "approve r1"]);
});

test("whoever waited longer than the gateway remembers is let in all the same, if need be in the place of the earliest", async () => {
  requests = ["1", "2", "3"].map((senderId) => ({ requestId: `r${senderId}`, senderId }));
  expect(await senders.admit(KEY, "42")).toBe(true);
  expect(calls).toEqual([
    BRIDGE_METHODS.senders,
    "dismiss r1",
    BRIDGE_METHODS.askForSender,
    "approve asked-42",
  ]);
  expect(admitted).toEqual(["42"]);
});

test("whoever is in is not asked for again, however their id is written", async () => {
  admitted = ["u42ab"];
  expect(await senders.admit(KEY, "U42AB")).toBe(true);
  expect(calls).toEqual([BRIDGE_METHODS.senders]);
  expect(await senders.admitsAll(KEY, ["U42AB", "43"])).toBe(false);
  expect(await senders.admitsAll(KEY, [])).toBe(true);
});

test("a messenger that is slow to tell them does not keep anyone out", async () => {
  requests = [{ requestId: "r1", senderId: "42" }];
  onApprove = async () => {
    throw new AppError("gateway_timeout");
  };
  expect(await senders.admit(KEY, "42")).toBe(true);
});

test.each([
  "channel account does not use DM pairing: telegram:tenant-acme",
  "InvalidPairingTargetError: unknown pairing channel: telegram",
])("an account that cannot ask lets nobody in, and nobody waits there: %s", async (words) => {
  const deaf = createSenders({
    ...client,
    pairingList: async () => {
      throw refused(words);
    },
  } as GatewayClient);
  expect(await deaf.admit(KEY, "42")).toBe(false);
  await deaf.forgetSenders(KEY);
  expect(calls).not.toContain(BRIDGE_METHODS.askForSender);
});

test("a request that is gone is gone, and another failure is told", async () => {
  await senders.turnAway(KEY, "never");
  const broken = createSenders({
    ...client,
    pairingDismiss: async () => {
      throw new AppError("gateway_unreachable");
    },
  } as GatewayClient);
  await expect(broken.turnAway(KEY, "r1")).rejects.toMatchObject({ code: "gateway_unreachable" });
});

test("people go by the name they gave the messenger, whatever it calls that, cut to what fits a line", async () => {
  requests = [
    { requestId: "1", senderId: "1", metadata: { firstName: "Ada", lastName: "Lovelace", username: "ada" } },
    { requestId: "2", senderId: "2", metadata: { username: "grace" } },
    { requestId: "3", senderId: "3", metadata: { name: "é".repeat(500) } },
    { requestId: "4", senderId: "4" },
    { requestId: "5", senderId: "x".repeat(300) },
  ];
  const { waiting } = await senders.waitingRoom();
  expect(waiting.map(({ name }) => name)).toEqual(["Ada Lovelace", "grace", "é".repeat(128), null]);
});
