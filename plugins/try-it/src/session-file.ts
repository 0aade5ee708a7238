/**
 * A linked device's session, in the gateway's state folder, where it survives a restart and is readable by the gateway's
 * user alone. It is the credential: whoever has it is the device.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PluginRuntime } from "openclaw/plugin-sdk/channel-core";
import { resolveStateDir } from "openclaw/plugin-sdk/state-paths";
import { z } from "zod";
import { createMessenger, inWords } from "./messenger.ts";
import { LINKED_CHANNEL } from "./settings.ts";

const sessionSchema = z.object({ token: z.string().min(1) });
export type Session = z.infer<typeof sessionSchema>;

/** @param accountId canonical, so that it can't leave the folder */
function folderOf(accountId: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(accountId)) throw new Error(`no account can be called ${accountId}`);
  return join(resolveStateDir(), "credentials", LINKED_CHANNEL, accountId);
}

/** Null where no device is linked. @throws Error for a file that is not ours */
export async function readSession(accountId: string): Promise<Session | null> {
  try {
    return sessionSchema.parse(JSON.parse(await readFile(join(folderOf(accountId), "session.json"), "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

export async function writeSession(accountId: string, session: Session): Promise<void> {
  const folder = folderOf(accountId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "session.json");
  await writeFile(`${file}.new`, JSON.stringify(session), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** True if there was one. */
export async function removeSession(accountId: string): Promise<boolean> {
  const folder = folderOf(accountId);
  const had = existsSync(folder);
  await rm(folder, { recursive: true, force: true });
  return had;
}

/** Tells the messenger that the device is no longer one. Where it is away, it is forgotten on our side all the same. */
export async function unlink(runtime: PluginRuntime, server: string, { token }: Session): Promise<void> {
  await createMessenger(server, token)
    .unlink()
    .catch((error: unknown) =>
      runtime.logging.getChildLogger().warn(`device stays linked: ${inWords(error)}`),
    );
}
