/** Looks for credentials where none may be: in files, in every form in which one could have been written there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { WorldDescription } from "../../dev-env/src/world-client.ts";
import { databaseOf } from "./database.ts";

export interface Form {
  readonly name: string;
  readonly bytes: Buffer;
}

/** @param secret of letters and digits, so that URL encoding leaves it as it is */
export function formsOf(secret: string): Form[] {
  const utf8 = Buffer.from(secret);
  const hex = utf8.toString("hex");
  return [
    { name: "as it is", bytes: utf8 },
    { name: "reversed", bytes: Buffer.from([...secret].reverse().join("")) },
    { name: "hex", bytes: Buffer.from(hex) },
    { name: "hex in capitals", bytes: Buffer.from(hex.toUpperCase()) },
    { name: "UTF-16, little end first", bytes: Buffer.from(secret, "utf16le") },
    { name: "UTF-16, big end first", bytes: Buffer.from(secret, "utf16le").swap16() },
    ...[0, 1, 2].map((offset) => ({
      name: `base64 at ${offset}`,
      bytes: Buffer.from(base64Core(utf8, offset)),
    })),
  ];
}

/** Those characters of its base64 that do not depend on what stands around it, where `offset` bytes of three precede. */
function base64Core(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
  const certain = whole.subarray(0, whole.length - (whole.length % 3));
  return certain.toString("base64").slice(offset === 0 ? 0 : 4);
}

/** The files below the folders that hold a secret in any form, and how much was searched. */
export function findIn(
  folders: readonly string[],
  secrets: readonly string[],
): { found: string[]; files: number; bytes: number } {
  const needles = secrets.flatMap((secret) => formsOf(secret).map(({ bytes }) => bytes));
  const paths = new Set(folders.flatMap(filesBelow));
  const found: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    const content = ifThere(() => readFileSync(path), Buffer.alloc(0));
    bytes += content.length;
    if (needles.some((needle) => content.includes(needle))) found.push(path);
  }
  return { found, files: paths.size, bytes };
}

/** Of links, those to programs of the checkout are the only ones: they are not followed. */
function filesBelow(folder: string): string[] {
  return ifThere(() => readdirSync(folder, { withFileTypes: true }), []).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** A file may be gone by the time it is read, as databases and gateways come and go with theirs. */
function ifThere<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return otherwise;
    throw error;
  }
}

/** Where the database keeps its files, with everything that it still held in memory written down. */
export async function databaseFolder(world: Pick<WorldDescription, "dataDir" | "env">): Promise<string> {
  const { passwords } = JSON.parse(readFileSync(join(world.dataDir, "postgres.json"), "utf8")) as {
    passwords: { superuser: string };
  };
  const url = new URL(world.env.DATABASE_OWNER_URL ?? "");
  url.username = "postgres";
  url.password = passwords.superuser;
  const { query } = databaseOf(world, url.href);
  await query("CHECKPOINT");
  const [row] = await query<{ data_directory: string }>("SHOW data_directory");
  if (!row) throw new Error("the database does not tell where it is");
  return row.data_directory;
}
