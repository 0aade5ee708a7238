/** `ops connections move`: what a worker does at its start after an upgrade, by hand; or a look at what it would do. */
import { schemaVersion } from "../db/migrate.ts";
import type { TableCount } from "../db/registrations.ts";
import { checkKeys } from "../vault/keys.ts";
import { moveConnections } from "../vault/move.ts";
import { type Survey, surveyConnections } from "../vault/survey.ts";
import type { OpsCommand, OpsContext, OpsResult } from "./command.ts";

/** The schema from which on there is a table to move to. */
const WITH_CONNECTIONS = 15;

const move: OpsCommand = {
  words: ["connections", "move"],
  operands: [],
  options: { "dry-run": { type: "boolean", help: "only look at what would be moved, and whether it opens" } },
  help: "move what an older version connected to where this one keeps it; a worker does it at its start",
  // A look leaves even the schema as it is.
  asFound: (options) => options["dry-run"] === true,
  run: (context, _operands, options) => (options["dry-run"] === true ? lookAt(context) : carryOut(context)),
};

async function lookAt({ db, vault }: OpsContext): Promise<OpsResult> {
  const { found } = await schemaVersion(db.api);
  if (found === 0)
    return { text: "The database is empty.", data: { dryRun: true, before: null, after: null, moved: 0 } };
  const before = await surveyConnections(db, vault, found < WITH_CONNECTIONS ? "table" : "function");
  const rows = total(before.registrations);
  const text =
    rows === 0
      ? ["There is nothing to move.", ...lines("now", before)]
      : [
          ...lines("now", before),
          `Nothing was changed. A move would move ${rows} rows${before.unreadable === 0 ? ", and every credential opens." : "."}`,
          ...trouble(before.unreadable),
        ];
  return {
    text: text.join("\n"),
    data: { dryRun: true, before, after: null, moved: 0 },
    ok: before.unreadable === 0,
  };
}

async function carryOut({ db, vault, progress }: OpsContext): Promise<OpsResult> {
  await checkKeys(db, vault);
  const before = await surveyConnections(db, vault, "function");
  const { moved, unreadable } = await moveConnections(db, vault, (now) => progress(`moved ${now.moved}`));
  const after = await surveyConnections(db, vault, "function");
  return {
    text: [
      ...lines("before", before),
      ...lines("after", after),
      `Moved ${moved} rows.`,
      ...trouble(unreadable),
    ].join("\n"),
    data: { dryRun: false, before, after, moved },
    ok: unreadable === 0,
  };
}

function lines(when: string, { registrations, connections }: Survey): string[] {
  return [
    `${when.padEnd(6)}  channel_registrations: ${inWords(registrations)}`,
    `${when.padEnd(6)}  connections: ${inWords(connections)}`,
  ];
}

function inWords(counts: readonly TableCount[]): string {
  if (counts.length === 0) return "no rows";
  const types = counts.map(
    ({ type, rows, tenants, closed }) => `${rows} ${type} of ${tenants} tenants, ${closed} of them closed`,
  );
  return `${total(counts)} rows (${types.join("; ")})`;
}

function trouble(unreadable: number): string[] {
  if (unreadable === 0) return [];
  return [
    `${unreadable} credentials do not open: their connections ask their tenants for new ones, and what was sealed is kept ` +
      "until “npm run ops -- credentials forget” drops it.",
  ];
}

function total(counts: readonly TableCount[]): number {
  return counts.reduce((sum, { rows }) => sum + rows, 0);
}

export const connectionCommands = [move];
