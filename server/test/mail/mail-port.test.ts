import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLogger } from "../../src/log.ts";
import { smtpServerSchema } from "../../src/mail/addresses.ts";
import { createMailPort, type Mail, type MailPort } from "../../src/mail/mail-port.ts";
import { createOutbox } from "../../src/mail/outbox.ts";
import { createSmtp } from "../../src/mail/smtp.ts";
import { Secret } from "../../src/secret.ts";
import { type MailServer, mailServer, type Outbox, testOutbox } from "../support/mail.ts";

const MAIL: Mail = {
  to: "ann@acme.test",
  subject: "Ein Gruß",
  text: "Open:\n\nhttps://console.test/reset-password#token=link-canary",
};
const TIMING = { attempts: 3, backoff: { firstMs: 1, maxMs: 2 } };

let lines: string[] = [];
const log = createLogger("debug", { write: (line) => void lines.push(line) });
beforeEach(() => {
  lines = [];
});

describe("a mail", () => {
  test.each([
    ["to", "ann@acme.test\r\nBcc: eve@evil.test"],
    ["to", "ann@acme.test, eve@evil.test"],
    ["to", "Ann <ann@acme.test>"],
    ["subject", "Hello\r\nBcc: eve@evil.test"],
    ["subject", "Hello\nX: y"],
    ["subject", "Hello\u2028X: y"],
  ])("whose %s is %j is not sent", (field, value) => {
    const deliver = vi.fn(async () => undefined);
    const port = createMailPort({ deliver, close: () => undefined }, TIMING, log);
    expect(() => port.send({ ...MAIL, [field]: value })).toThrow();
    expect(deliver).not.toHaveBeenCalled();
  });

  test("is not waited for, and at shutdown one that is on its way still arrives", async () => {
    const held = Promise.withResolvers<void>();
    const close = vi.fn();
    const port = createMailPort({ deliver: () => held.promise, close }, TIMING, log);
    expect(port.send(MAIL)).toBeUndefined();
    const closing = port.close();
    expect(close).not.toHaveBeenCalled();
    held.resolve();
    await closing;
    expect(close).toHaveBeenCalledOnce();
    expect(lines).toEqual([]);
  });

  test("that waits for another attempt does not hold up a shutdown", async () => {
    const deliver = vi.fn(async () => {
      throw new Error("away");
    });
    const slow = { attempts: 3, backoff: { firstMs: 3_600_000, maxMs: 3_600_000 } };
    const port = createMailPort({ deliver, close: () => undefined }, slow, log);
    port.send(MAIL);
    await vi.waitFor(() => expect(lines.join("")).toContain("tried again"));
    await port.close();
    expect(lines.join("")).toContain("given up at shutdown");
  });
});

describe("the outbox", () => {
  let outbox: Outbox;
  beforeEach(async () => {
    outbox = await testOutbox();
  });
  afterEach(() => outbox.remove());

  test("holds each mail as one readable file, for its owner alone", async () => {
    const port = createMailPort(createOutbox(outbox.folder), TIMING, log);
    port.send(MAIL);
    port.send({ ...MAIL, to: "bea@acme.test" });
    await port.close();
    const [name = "", ...others] = await readdir(outbox.folder);
    expect(others).toHaveLength(1);
    expect(name).toMatch(/^\d{4}-.*\.eml$/);
    expect((await stat(join(outbox.folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(outbox.folder)).mode & 0o777).toBe(0o700);
    expect(await outbox.mailTo("ann@acme.test")).toMatch(
      /^To: ann@acme\.test\nSubject: Ein Gruß\nDate: .*\n\nOpen:\n\nhttps:.*#token=link-canary\n$/,
    );
  });
});

describe("a mail server", () => {
  let server: MailServer;
  let port: MailPort;
  beforeEach(async () => {
    server = await mailServer();
    const address = smtpServerSchema.parse(`smtp://127.0.0.1:${server.port}`);
    port = createMailPort(createSmtp(address, { name: "Channels", address: "no@acme.test" }), TIMING, log);
  });
  afterEach(async () => {
    await port.close();
    await server.close();
  });
  const recipients = () => server.heard.filter((line) => line.startsWith("RCPT"));

  test("is given the mail, with its sender and that a machine wrote it", async () => {
    port.send(MAIL);
    await vi.waitFor(() => expect(server.heard).toContain("."));
    expect(server.heard).toEqual(
      expect.arrayContaining([
        "MAIL FROM:<no@acme.test>",
        "RCPT TO:<ann@acme.test>",
        "From: Channels <no@acme.test>",
        "To: ann@acme.test",
        "Auto-Submitted: auto-generated",
      ]),
    );
    expect(lines).toEqual([]);
  });

  test("that is busy is asked again, a few times", async () => {
    server.refusals.push("451 later", "451 later");
    port.send(MAIL);
    await vi.waitFor(() => expect(server.heard).toContain("."));
    expect(recipients()).toHaveLength(3);
  });

  test.each([
    ["that stays busy", ["451 no ann@acme.test", "451 no ann@acme.test", "451 no ann@acme.test"]],
    ["that refuses for good, after one attempt,", ["550 no ann@acme.test"]],
  ])("%s is given up, which is logged without the address and the link", async (_, refusals) => {
    server.refusals.push(...refusals);
    port.send(MAIL);
    await vi.waitFor(() => expect(lines.join("")).toContain("a mail was given up"));
    expect(recipients()).toHaveLength(refusals.length);
    expect(lines.at(-1)).toContain(`"responseCode":${refusals[0]?.slice(0, 3)}`);
    expect(lines.join("")).not.toMatch(/ann@|canary/);
  });

  test("that is not on this machine and offers no TLS is told neither recipient nor mail", async () => {
    const elsewhere = smtpServerSchema.parse("smtp://mail.example").reveal();
    const asRemote = new Secret({ ...elsewhere, host: "127.0.0.1", port: server.port });
    const remote = createSmtp(asRemote, { name: "", address: "no@acme.test" });
    await expect(remote.deliver(MAIL)).rejects.toThrow();
    remote.close();
    expect(server.heard.join("\n")).not.toMatch(/ann@|canary/);
  });
});
