/** Who may write to a bot: everyone, or those its tenant let in, through the API against the real gateway. */
import {
  connectResponseSchema,
  decideSenderResponseSchema,
  type PendingSender,
  problemSchema,
  sendersSchema,
} from "@cogni/contract";
import { expect, inject, test, vi } from "vitest";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import {
  type Account,
  connectAll,
  disconnectAll,
  makeAccount,
  makeAccounts,
  PATIENCE_MS,
} from "../support/accounts.ts";
import { databaseOf } from "../support/database.ts";
import { accountRows, gatewayRpc, patchConfig } from "../support/gateway.ts";
import { LONG } from "../support/long.ts";
import { measured } from "../support/measured.ts";

const world = joinWorld(inject("world"));
const { query } = databaseOf(world);
const BOUND = { timeout: PATIENCE_MS, interval: 200 };
vi.setConfig({ testTimeout: 240_000 });

const channel = "telegram";
let people = Date.now() % 1_000_000;
const someone = (): number => ++people;

const ask = ({ api }: Account, body: object) =>
  api.request("POST", "/api/v1/channels/connect", { channel, ...body });
const decide = ({ api }: Account, sender: number, decision: "approve" | "dismiss") =>
  api.request("POST", "/api/v1/senders", { channel, sender: String(sender), decision });
const codeOf = ({ body }: { body: unknown }) => problemSchema.parse(body).code;

async function pendingOf({ api }: Account): Promise<PendingSender[]> {
  const { status, body } = await api.request("GET", "/api/v1/senders");
  expect(status).toBe(200);
  return sendersSchema.parse(body).senders;
}
async function waits(account: Account, ...expected: number[]): Promise<void> {
  await vi.waitFor(
    async () => expect((await pendingOf(account)).map(({ sender }) => sender)).toEqual(expected.map(String)),
    BOUND,
  );
}
const statusOf = ({ api }: Account) => api.reaches(channel, ["connected"], PATIENCE_MS);
const say = ({ token }: Account, chat: number, text: string) => world.telegram.say(token, { chat, text });
const heard = async ({ token }: Account, chat: number) =>
  (await world.telegram.sent(token)).filter(({ chatId }) => chatId === String(chat)).map(({ text }) => text);
async function hears(account: Account, chat: number, text: string): Promise<void> {
  await vi.waitFor(async () => expect(await heard(account, chat)).toContain(text), BOUND);
}
const startOf = async ({ accountId }: Account) => (await accountRows(world)).get(accountId)?.lastStartAt ?? 0;

async function byApproval(account: Account): Promise<void> {
  expect((await ask(account, { credential: account.token, access: "approval" })).status).toBe(200);
  expect((await statusOf(account)).access).toBe("approval");
}

test.concurrent("a stranger is told to wait, is let in by the tenant, and can write at once; no other tenant sees or decides", async () => {
  const [account, other] = await makeAccounts(world, 2);
  if (!account || !other) throw new Error("no tenants were made");
  await Promise.all([byApproval(account), byApproval(other)]);
  const stranger = someone();

  await say(account, stranger, "let me in");
  const saidAt = Date.now();
  await waits(account, stranger);
  measured(`who wrote was on the list ${Date.now() - saidAt} ms later`);
  const [pending] = await pendingOf(account);
  expect(pending).toMatchObject({ channel, sender: String(stranger), name: `user${stranger}` });
  expect((await statusOf(account)).pendingSenders).toBe(1);
  // The gateway lists them before it has sent them word.
  await vi.waitFor(
    async () => expect((await heard(account, stranger))[0]).toContain(String(stranger)),
    BOUND,
  );
  expect((await world.llm.calls()).filter(({ endUserId }) => endUserId === account.id)).toEqual([]);

  expect(await pendingOf(other)).toEqual([]);
  expect((await statusOf(other)).pendingSenders).toBe(0);
  const foreign = await decide(other, stranger, "approve");
  expect([foreign.status, codeOf(foreign)]).toEqual([404, "unknown_sender"]);

  const startedAt = await startOf(account);
  const askedAt = Date.now();
  const approved = await decide(account, stranger, "approve");
  measured(`let in after ${Date.now() - askedAt} ms`);
  expect(decideSenderResponseSchema.parse(approved.body)).toEqual({
    channel,
    sender: String(stranger),
    status: "approved",
  });
  expect(await pendingOf(account)).toEqual([]);
  await say(account, stranger, "now I am in");
  await hears(account, stranger, "now I am in");
  expect(await startOf(account)).toBe(startedAt);
  expect((await decide(account, stranger, "approve")).status).toBe(200);
  expect(codeOf(await decide(account, stranger, "dismiss"))).toBe("unknown_sender");

  expect(
    await query(
      `SELECT action, subject, outcome, actor->>'kind' AS by FROM audit_log
       WHERE billing_account_id = $1 AND action LIKE 'sender.%' ORDER BY id`,
      [account.id],
    ),
  ).toEqual([
    { action: "sender.approve", subject: String(stranger), outcome: "requested", by: "key" },
    { action: "sender.approve", subject: String(stranger), outcome: "approved", by: "system" },
  ]);
});

test.runIf(LONG)(
  "who was dismissed may ask again, and who comes when the gateway has no room left is not passed over",
  async () => {
    const account = await makeAccount(world);
    await byApproval(account);
    const dismissed = someone();
    await say(account, dismissed, "hello");
    await waits(account, dismissed);
    expect(decideSenderResponseSchema.parse((await decide(account, dismissed, "dismiss")).body).status).toBe(
      "dismissed",
    );
    expect(await pendingOf(account)).toEqual([]);
    await say(account, dismissed, "hello again");
    await waits(account, dismissed);
    expect(await heard(account, dismissed)).toHaveLength(2);

    // The gateway has room for three.
    const crowd = [someone(), someone(), someone(), someone(), someone()];
    for (const [place, person] of crowd.entries()) {
      await say(account, person, `number ${place}`);
      await waits(account, dismissed, ...crowd.slice(0, place + 1));
      expect(await heard(account, person)).toHaveLength(1);
    }
    expect((await statusOf(account)).pendingSenders).toBe(6);

    // Of whom the gateway no longer knows.
    const startedAt = await startOf(account);
    expect((await decide(account, dismissed, "approve")).status).toBe(200);
    await say(account, dismissed, "in at last");
    await hears(account, dismissed, "in at last");
    expect(await startOf(account)).toBe(startedAt);
    await waits(account, ...crowd);
  },
);

test
  .runIf(LONG)
  .concurrent(
    "who may write is changed without the credential, restarts that account alone, and claims nothing anew",
    async () => {
      const [account, neighbour] = await makeAccounts(world, 2);
      if (!account || !neighbour) throw new Error("no tenants were made");
      await connectAll([account, neighbour]);
      const version = () =>
        query(
          "SELECT credential_version, credential_fingerprint FROM connections WHERE billing_account_id = $1",
          [account.id],
        );
      const before = await version();
      const neighbourStartedAt = await startOf(neighbour);
      const stranger = someone();

      const askedAt = Date.now();
      const toApproval = await ask(account, { access: "approval" });
      measured(`another access held after ${Date.now() - askedAt} ms`);
      expect(connectResponseSchema.parse(toApproval.body)).toMatchObject({
        status: "connected",
        error: null,
      });
      expect((await statusOf(account)).access).toBe("approval");
      await say(account, stranger, "may I?");
      await waits(account, stranger);

      const startedAt = await startOf(account);
      expect((await ask(account, { access: "approval" })).status).toBe(200);
      expect((await ask(account, { credential: account.token })).status).toBe(200);
      expect((await statusOf(account)).access).toBe("approval");
      expect(await startOf(account)).toBe(startedAt);

      expect((await ask(account, { credential: account.token, access: "everyone" })).status).toBe(200);
      expect(await statusOf(account)).toMatchObject({ access: "everyone", pendingSenders: 0 });
      expect(await pendingOf(account)).toEqual([]);
      expect(codeOf(await decide(account, stranger, "approve"))).toBe("unknown_sender");
      await say(account, stranger, "everyone may");
      await hears(account, stranger, "everyone may");
      expect(await version()).toEqual(before);
      expect(await startOf(neighbour)).toBe(neighbourStartedAt);

      const nobody = await ask(await makeAccount(world), { access: "approval" });
      expect([nobody.status, codeOf(nobody)]).toEqual([400, "invalid_request"]);
    },
  );

test.runIf(LONG)(
  "who was let in stays in, whatever the gateway forgets or is told, until the channel is disconnected",
  async () => {
    const account = await makeAccount(world);
    const { accountId } = account;
    await byApproval(account);
    const friend = someone();
    await say(account, friend, "hello");
    await waits(account, friend);
    expect((await decide(account, friend, "approve")).status).toBe(200);

    await gatewayRpc(world, "cogni.senders.forget", { channel, accountId });
    await vi.waitFor(async () => {
      const { admitted } = (await gatewayRpc(world, "cogni.senders", { channel, accountId })) as {
        admitted: string[];
      };
      expect(admitted).toEqual([String(friend)]);
    }, BOUND);
    await statusOf(account);
    await say(account, friend, "still in");
    await hears(account, friend, "still in");

    // Opened behind our back, it is closed again.
    await patchConfig(
      world,
      {
        channels: { [channel]: { accounts: { [accountId]: { dmPolicy: "open", allowFrom: ["*"] } } } },
      },
      [`channels.${channel}.accounts.${accountId}.allowFrom`],
    );
    const stranger = someone();
    await vi.waitFor(async () => {
      const { sourceConfig } = (await gatewayRpc(world, "config.get")) as { sourceConfig: object };
      expect(sourceConfig).toMatchObject({
        channels: {
          [channel]: { accounts: { [accountId]: { dmPolicy: "pairing", allowFrom: [String(friend)] } } },
        },
      });
    }, BOUND);
    await statusOf(account);
    await say(account, stranger, "and I?");
    await waits(account, stranger);

    await disconnectAll([account]);
    expect(await pendingOf(account)).toEqual([]);
    await byApproval(account);
    expect(await pendingOf(account)).toEqual([]);
    await say(account, friend, "do you know me?");
    await waits(account, friend);
  },
);
