/** Reads an operator's command line, does what it says, and tells what came of it. */
import { parseArgs } from "node:util";
import { ERRORS } from "@cogni/contract";
import { openDatabase } from "../db/open.ts";
import { createPools, type Db } from "../db/pool.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { openMail } from "../mail/open-mail.ts";
import { createVault } from "../vault/vault.ts";
import { adminCommands } from "./admins.ts";
import { auditCommands } from "./audit.ts";
import { type OpsCommand, type OpsConfig, type OpsOptions, UsageError } from "./command.ts";
import { connectionCommands } from "./connections.ts";
import { doctorCommands } from "./doctor.ts";
import { gatewayCommands } from "./gateways.ts";
import { keyCommands } from "./keys.ts";
import { maintenanceCommands } from "./maintenance.ts";
import { priceCommands } from "./prices.ts";
import { tenantLifeCommands } from "./tenant-life.ts";
import { tenantCommands } from "./tenants.ts";
import { usageCommands } from "./usage.ts";

const COMMANDS: readonly OpsCommand[] = [
  ...doctorCommands,
  ...tenantCommands,
  ...adminCommands,
  ...tenantLifeCommands,
  ...maintenanceCommands,
  ...keyCommands,
  ...connectionCommands,
  ...auditCommands,
  ...gatewayCommands,
  ...priceCommands,
  ...usageCommands,
];

export interface OpsIo {
  /** Asked only when a command needs them, so that help needs no settings. */
  readonly config: () => OpsConfig;
  readonly log: Logger;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Told of long work on its way; `err` where there is no better place. */
  readonly progress?: (line: string) => void;
}

/** The exit code: 0 well, 1 not well, 2 a command line that is not understood. */
export async function runOps(argv: readonly string[], io: OpsIo): Promise<0 | 1 | 2> {
  try {
    const { command, operands, options } = parse(argv);
    if (!command || options.help === true) {
      io.out(command ? helpFor(command) : overview());
      return 0;
    }
    return (await execute(command, operands, options, io)) ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(error.message);
      return 2;
    }
    if (!(error instanceof AppError)) throw error;
    const { cause, remedy } = ERRORS[error.code];
    io.err(`${error.detail ?? cause} ${remedy} (${error.code})`);
    return 1;
  }
}

async function execute(
  command: OpsCommand,
  operands: readonly string[],
  options: OpsOptions,
  { config: readSettings, log, out, err, progress = err }: OpsIo,
): Promise<boolean> {
  const config = readSettings();
  const { asFound } = command;
  const looksOnly = typeof asFound === "function" ? asFound(options) : asFound;
  const db: Db = looksOnly ? createPools(config.database, log) : await openDatabase(config, log);
  const mail = openMail(config, log);
  try {
    const vault = createVault(config.encryption);
    const result = await command.run({ db, vault, config, mail, progress }, operands, options);
    out(options.json === true ? JSON.stringify(result.data, null, 2) : result.text);
    return result.ok ?? true;
  } finally {
    await mail.close();
    await db.close();
  }
}

function parse(argv: readonly string[]): {
  command: OpsCommand | null;
  operands: readonly string[];
  options: OpsOptions;
} {
  const command = COMMANDS.find(({ words }) => words.every((word, index) => argv[index] === word)) ?? null;
  const given = argv.slice(command?.words.length ?? 0);
  const types = Object.entries(command?.options ?? {}).map(([name, { type }]) => [name, { type }]);
  const { values, positionals } = read([...given], Object.fromEntries(types));
  if (!command) {
    if (positionals.length > 0)
      throw new UsageError(`There is no command “${positionals.join(" ")}”. See --help.`);
  } else if (values.help !== true && positionals.length !== command.operands.length) {
    throw new UsageError(`This takes ${command.operands.length} words after it. ${helpFor(command)}`);
  }
  return { command, operands: positionals, options: values };
}

function read(
  args: string[],
  own: Record<string, { type: "string" | "boolean" }>,
): { values: OpsOptions; positionals: string[] } {
  try {
    const options = { help: { type: "boolean" }, json: { type: "boolean" }, ...own } as const;
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function usage({ words, operands, options }: OpsCommand): string {
  const flags = Object.entries(options).map(
    ([name, { type }]) => `[--${name}${type === "string" ? " …" : ""}]`,
  );
  return [...words, ...operands.map((operand) => `<${operand}>`), ...flags].join(" ");
}

function helpFor(command: OpsCommand): string {
  const flags = Object.entries(command.options).map(([name, { help }]) => `\n  --${name}: ${help}`);
  return `Usage: npm run ops -- ${usage(command)}\n${command.help}${flags.join("")}\n  --json: print JSON`;
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => usage(command).length));
  const lines = COMMANDS.map((command) => `  ${usage(command).padEnd(width)}  ${command.help}`);
  return `Usage: npm run ops -- <command> [--json] [--help]\n\n${lines.join("\n")}`;
}
