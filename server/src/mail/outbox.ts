/** Mail in development: one readable file for each, the oldest first by name, for whoever develops to open. */
import { randomBytes } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MailTransport } from "./mail-port.ts";

/** @param folder is made with the first mail */
export function createOutbox(folder: string, clock: () => Date = () => new Date()): MailTransport {
  return {
    async deliver({ to, subject, text }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const at = clock();
      const name = `${at.toISOString().replaceAll(":", "-")}-${randomBytes(4).toString("hex")}.eml`;
      const unfinished = join(folder, `.${name}`);
      const lines = [`To: ${to}`, `Subject: ${subject}`, `Date: ${at.toUTCString()}`, "", text];
      await writeFile(unfinished, `${lines.join("\n")}\n`, { mode: 0o600, flag: "wx" });
      // Whoever watches the folder never finds half a mail.
      await rename(unfinished, join(folder, name));
    },
    close: () => undefined,
  };
}
