/** Mail as tests read it: the outbox of a control plane in development, and a mail server that can be made to refuse. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { vi } from "vitest";

export interface Outbox {
  /** For the setting `DATA_DIR`. */
  readonly dataDir: string;
  readonly folder: string;
  /** The files' texts, the oldest first. */
  mails(): Promise<string[]>;
  /** The newest mail to that address, once `count` have come there. */
  mailTo(address: string, count?: number): Promise<string>;
  remove(): Promise<void>;
}

export async function testOutbox(): Promise<Outbox> {
  const dataDir = await mkdtemp(join(tmpdir(), "cogni-mail-"));
  const folder = join(dataDir, "outbox");
  const mails = async () => {
    const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith("."));
    return Promise.all(names.sort().map((name) => readFile(join(folder, name), "utf8")));
  };
  return {
    dataDir,
    folder,
    mails,
    mailTo: (address, count = 1) =>
      vi.waitFor(async () => {
        const received = (await mails()).filter((mail) => mail.startsWith(`To: ${address}\n`));
        const newest = received.at(-1);
        if (received.length < count || newest === undefined) throw new Error(`no mail to ${address} yet`);
        return newest;
      }),
    remove: () => rm(dataDir, { recursive: true }),
  };
}

/** The token behind the one link of a mail. */
export function tokenIn(mail: string): string {
  return /#token=([\w-]+)$/m.exec(mail)?.[1] ?? "";
}

export interface MailServer {
  readonly port: number;
  /** Everything that was said to it, in lines. */
  readonly heard: string[];
  /** The answer to the next recipients, one each; when they are used up, it accepts. */
  readonly refusals: string[];
  close(): Promise<void>;
}

/** Speaks as much SMTP as one mail needs, and offers no TLS. */
export async function mailServer(): Promise<MailServer> {
  const heard: string[] = [];
  const refusals: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    const say = (line: string) => socket.write(`${line}\r\n`);
    let inData = false;
    createInterface(socket).on("line", (line) => {
      heard.push(line);
      if (inData) {
        if (line !== ".") return;
        inData = false;
        say("250 taken");
      } else if (/^EHLO/i.test(line)) say("250 here");
      else if (/^RCPT/i.test(line)) say(refusals.shift() ?? "250 known");
      else if (/^STARTTLS/i.test(line)) say("502 not here");
      else if (/^DATA/i.test(line)) {
        inData = true;
        say("354 go on");
      } else say("250 yes");
    });
    say("220 ready");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    heard,
    refusals,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
