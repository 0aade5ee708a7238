/** What an operator's command is made of, and what it is given. */
import type { z } from "zod";
import type { Config } from "../config.ts";
import type { Db } from "../db/pool.ts";
import type { MailPort } from "../mail/mail-port.ts";
import type { Vault } from "../vault/vault.ts";

export interface OpsContext {
  readonly db: Db;
  readonly vault: Vault;
  readonly config: OpsConfig;
  /** What is sent is on its way when the command ends, or logged as given up. */
  readonly mail: MailPort;
  /** Told of long work on its way, on standard error. */
  readonly progress: (line: string) => void;
}

/** What of the settings these commands use. */
export type OpsConfig = Pick<
  Config,
  "database" | "encryption" | "gateway" | "http" | "mail" | "dataDir" | "timing" | "auditDays"
>;

export interface OpsResult {
  /** For people. */
  readonly text: string;
  /** The same for programs, with `--json`. */
  readonly data: unknown;
  /** Whether all is well; the process ends with 1 otherwise. */
  readonly ok?: boolean;
}

export interface OpsCommand {
  /** As it is typed: `["tenants", "create"]`. */
  readonly words: readonly string[];
  /** Names of what follows; all are required. */
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, { readonly type: "string" | "boolean"; readonly help: string }>>;
  readonly help: string;
  /** It looks at a database that is not in order, and so may not have it brought up to date first. */
  readonly asFound?: boolean | ((options: OpsOptions) => boolean);
  run(context: OpsContext, operands: readonly string[], options: OpsOptions): Promise<OpsResult>;
}

export type OpsOptions = Readonly<Record<string, string | boolean | undefined>>;

/** Something about the command line itself is wrong; the process ends with 2. */
export class UsageError extends Error {}

/** What was typed, as what it should be. @throws UsageError */
export function operand<T extends z.ZodType>(schema: T, given: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(`This is no ${what}: ${parsed.error.issues[0]?.message}`);
}
