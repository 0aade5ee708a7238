/** Small JSON files that hold secrets: readable by their owner alone, and never half written. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { z } from "zod";

/** Null where there is none. Throws where the file is not what `schema` says. */
export function readPrivate<T>(path: string, schema: z.ZodType<T>): T | null {
  return existsSync(path) ? schema.parse(JSON.parse(readFileSync(path, "utf8"))) : null;
}

export function writePrivate(path: string, content: unknown): void {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, path);
}
