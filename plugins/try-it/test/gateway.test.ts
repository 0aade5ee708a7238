/** Both channels of the plugin in the real gateway, booted once, against the messenger. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { PATIENCE, startTryItGateway, type TryItGateway } from "./support/gateway.ts";

let world: TryItGateway;
let acme: string;
let linked: string;

beforeAll(async () => {
  world = await startTryItGateway();
  acme = await world.connectBot("acme");
  linked = await world.link("linked");
  // One after the other: the gateway can lose the first messages of two agents at once.
  await world.ask(acme, "alex", "the first words to the bot");
  await world.ask(linked, "alex", "the first words to the linked device");
}, 240_000);
afterAll(() => world?.stop(), 60_000);

const sessionFile = (accountId: string) =>
  join(world.folder, "gateway", "state", "credentials", "try-it-qr", accountId, "session.json");

describe("a bot's token", { timeout: 120_000 }, () => {
  test("the account's row tells that it is connected, when it heard of the messenger, and its name by a probe", async () => {
    const row = await world.row("try-it", "tenant-acme", true);
    expect(row).toMatchObject({ running: true, connected: true, lifecycle: "ready", lastError: null });
    expect(row?.probe).toMatchObject({ ok: true, bot: { name: "Bot acme" } });
    const heardAt = row?.lastTransportActivityAt ?? 0;
    await vi.waitFor(
      async () =>
        expect((await world.row("try-it", "tenant-acme"))?.lastTransportActivityAt).toBeGreaterThan(heardAt),
      PATIENCE,
    );
  });

  test("its agent answers with the message tool, and `send` reaches the person", async () => {
    world.llm.answerNext("acme", [
      { toolCalls: [{ name: "message", arguments: { action: "send", message: "sent by the tool" } }] },
      { text: "sent" },
    ]);
    const before = world.messenger.sent(acme).length;
    await world.ask(acme, "alex", "use your tool", "sent");
    await world.answered(acme, before, "sent by the tool");
    await world.rpc("send", {
      channel: "try-it",
      accountId: "tenant-acme",
      agentId: "tenant-acme",
      to: "alex",
      message: "by rpc",
      idempotencyKey: "send-1",
    });
    expect(world.messenger.sent(acme).at(-1)).toMatchObject({ chat: "alex", text: "by rpc" });
  });

  test("a token that is refused ends the account with “401 Unauthorized”, and a start mends it once it is allowed", async () => {
    const token = await world.connectBot("revoked");
    world.messenger.revoke(token);
    await world.reaches("try-it", "tenant-revoked", {
      running: false,
      connected: false,
      terminalDisconnect: true,
      lifecycle: "blocked",
      lastError: "401 Unauthorized",
    });
    world.messenger.allow(token);
    await world.start("try-it", "tenant-revoked");
    await world.reaches("try-it", "tenant-revoked", { connected: true, lastError: null });
  });

  test.each([
    [{ kind: "cut" as const }, /fetch failed: .*(other side closed|socket|terminated)/],
    [{ kind: "status" as const, status: 502, reason: "Bad Gateway" }, /^502 Bad Gateway$/],
    [{ kind: "status" as const, status: 409, reason: "Conflict" }, /^409 Conflict$/],
  ])(
    "a messenger in trouble is told in its own words, and the account comes back by itself: %o",
    async (fault, told) => {
      world.messenger.fault(acme, fault);
      await world.reaches("try-it", "tenant-acme", {
        running: true,
        connected: false,
        lifecycle: "recovering",
        lastError: expect.stringMatching(told),
      });
      world.messenger.fault(acme, null);
      await world.reaches("try-it", "tenant-acme", {
        connected: true,
        lastError: null,
        reconnectAttempts: 0,
      });
    },
  );

  test("a messenger that stops answering, without closing, leaves the time of the last sign of life where it was", async () => {
    world.messenger.fault(acme, { kind: "silent" });
    // Two polls long: a messenger that lives is heard of once in each.
    await vi.waitFor(async () => {
      const row = await world.row("try-it", "tenant-acme");
      expect(row?.connected).toBe(true);
      expect(Date.now() - (row?.lastTransportActivityAt ?? 0)).toBeGreaterThan(10_000);
    }, PATIENCE);
    world.messenger.fault(acme, null);
  });
});

describe("who may write", { timeout: 120_000 }, () => {
  const list = z.object({
    requests: z.array(
      z.object({
        requestId: z.string(),
        accountId: z.string(),
        senderId: z.string(),
        metadata: z.record(z.string(), z.string()).optional(),
      }),
    ),
  });

  test("by approval, a stranger is asked to wait, is listed with a name, and is answered once let in", async () => {
    const token = await world.connectBot("careful", "pairing");
    await world.ask(token, "sam", "let me in", "access not configured");
    const account = { channel: "try-it", accountId: "tenant-careful" };
    const { requests } = list.parse(await world.rpc("channels.pairing.list", account));
    expect(requests).toMatchObject([{ senderId: "sam", metadata: { name: "SAM" } }]);
    const before = world.messenger.sent(token).length;
    await world.rpc("channels.pairing.approve", {
      ...account,
      requestId: requests[0]?.requestId,
      notify: true,
    });
    await world.answered(token, before, "You were let in");
    await world.ask(token, "sam", "thank you");
  });
});

describe("a login by QR code", { timeout: 120_000 }, () => {
  test("the code is an image, and the same login is told again until the code rotates, which ends a wait early", async () => {
    await world.addAccount("try-it-qr", "tenant-rotating", {});
    world.messenger.timing({ rotateMs: 2_000 });
    const first = await world.login.start("tenant-rotating");
    world.messenger.timing(null);
    expect(first.qrDataUrl).toMatch(/^data:image\/png;base64,/);
    const second = await world.login.wait("tenant-rotating", { currentQrDataUrl: first.qrDataUrl });
    expect(second).toMatchObject({
      connected: false,
      qrDataUrl: expect.stringMatching(/^data:image\/png;base64,/),
    });
    expect(second.qrDataUrl).not.toBe(first.qrDataUrl);
    // Whoever does not tell what they show is not told of a new one.
    expect(await world.login.wait("tenant-rotating", { timeoutMs: 100 })).toEqual({
      connected: false,
      message: "Still waiting for the QR scan.",
    });
    const again = await world.login.start("tenant-rotating");
    expect(again.message).toMatch(/already active/);
    world.messenger.scan("tenant-rotating", "refuse");
  });

  test.each([
    ["refused", "Try it login failed: the phone refused the login."],
    ["expired", "The login QR expired."],
    ["none", "No active Try it login in progress."],
    ["messenger away", /^Try it login failed: 503 away\.$/],
  ])("what fails is an answer with a message alone: %s", async (how, message) => {
    const accountId = `tenant-fails-${how.replace(" ", "-")}`;
    await world.addAccount("try-it-qr", accountId, {});
    if (how === "expired") world.messenger.timing({ lifetimeMs: 500 });
    if (how !== "none") await world.login.start(accountId);
    world.messenger.timing(null);
    if (how === "refused") world.messenger.scan(accountId, "refuse");
    if (how === "messenger away")
      world.messenger.fault(null, { kind: "status", status: 503, reason: "away" });
    const waited = await world.login.wait(accountId);
    expect(waited).toEqual({ connected: false, message: expect.stringMatching(message) });
    if (how === "messenger away") {
      expect(await world.login.start(accountId)).toEqual({ message: expect.stringMatching(message) });
      world.messenger.fault(null, null);
    }
    expect(await world.row("try-it-qr", accountId)).toMatchObject({ linked: false, running: false });
  });

  test("a code that a phone accepts links the account for all who wait; its session is readable by the gateway's user alone", async () => {
    await world.addAccount("try-it-qr", "tenant-scanned", { dmPolicy: "open", allowFrom: ["*"] });
    await world.login.start("tenant-scanned");
    const waits = [world.login.wait("tenant-scanned"), world.login.wait("tenant-scanned")];
    await vi.waitFor(() => expect(world.messenger.watchers("tenant-scanned")).toBe(2), PATIENCE);
    world.messenger.scan("tenant-scanned", "accept");
    for (const wait of await Promise.all(waits)) expect(wait).toMatchObject({ connected: true });
    await world.reaches("try-it-qr", "tenant-scanned", { connected: true, linked: true });
    expect(statSync(sessionFile("tenant-scanned")).mode & 0o777).toBe(0o600);
    expect((await world.row("try-it-qr", "tenant-scanned", true))?.probe).toMatchObject({
      ok: true,
      bot: { name: "My phone" },
    });
    expect(await world.login.start("tenant-scanned")).toEqual({
      message: expect.stringContaining("already linked"),
    });
  });

  test("a forced login replaces the device, and the messenger forgets the one before", async () => {
    const accountId = await world.link("forced");
    const { token } = z
      .object({ token: z.string() })
      .parse(JSON.parse(readFileSync(sessionFile(accountId), "utf8")));
    await world.login.start(accountId, { force: true });
    world.messenger.scan(accountId, "accept");
    expect(await world.login.wait(accountId)).toMatchObject({ connected: true });
    await world.reaches("try-it-qr", accountId, { connected: true, linked: true });
    const answer = await fetch(`${world.messenger.url}/api/me`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await answer.json()).toEqual({ error: "logged out" });
  });

  test("logged out on the phone, the account ends with “logged out”, is not linked, and can be linked anew", async () => {
    const accountId = await world.link("phone-ends");
    world.messenger.logOut(accountId);
    await world.reaches("try-it-qr", accountId, {
      running: false,
      linked: false,
      terminalDisconnect: true,
      lastError: "401 logged out",
    });
    expect(() => statSync(sessionFile(accountId))).toThrow("ENOENT");
    await world.login.start(accountId);
    world.messenger.scan(accountId, "accept");
    expect(await world.login.wait(accountId)).toMatchObject({ connected: true });
    await world.reaches("try-it-qr", accountId, { connected: true, linked: true, lastError: null });
  });

  test("logged out by the gateway, the session is gone and the messenger knows it, twice is the same", async () => {
    const accountId = await world.link("gateway-ends");
    const account = { channel: "try-it-qr", accountId };
    expect(await world.rpc("channels.logout", account)).toMatchObject({ loggedOut: true, cleared: true });
    expect(() => statSync(sessionFile(accountId))).toThrow("ENOENT");
    expect(await world.rpc("channels.logout", account)).toMatchObject({ loggedOut: true, cleared: false });
    await world.reaches("try-it-qr", accountId, { running: false, linked: false });
  });
});

describe("when the gateway is killed", { timeout: 300_000 }, () => {
  test("both kinds of accounts come back by themselves, and what was written meanwhile is answered", async () => {
    const pid = world.gateway.pid();
    await world.gateway.kill();
    const [byToken, byQr] = [world.messenger.sent(acme).length, world.messenger.sent(linked).length];
    world.messenger.say(acme, { from: { id: "alex", name: "Alex" }, text: "while you were away" });
    await vi.waitFor(() => expect(world.gateway.pid()).not.toBeOneOf([null, pid]), PATIENCE);
    await world.gateway.ready();
    await world.reconnect();
    await world.reaches("try-it", "tenant-acme", { connected: true });
    await world.reaches("try-it-qr", linked, { connected: true, linked: true });
    // A gateway that has just booted, on a machine that is busy, takes its time.
    await world.answered(acme, byToken, "while you were away", { ...PATIENCE, timeout: 120_000 });
    await world.ask(linked, "alex", "and you?");
    expect(world.messenger.sent(linked).length).toBeGreaterThan(byQr);
  });
});
