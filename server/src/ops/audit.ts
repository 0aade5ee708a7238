/** `ops audit`: is the audit as the program wrote it, and drops what of it is past its time. */
import { billingAccountIdSchema } from "@cogni/contract";
import { readLoggedHeads } from "../audit/logged-heads.ts";
import { pruneAudit } from "../audit/prune.ts";
import { type Finding, verifyAudit } from "../audit/verify.ts";
import { headOf } from "../db/audit-chains.ts";
import { withService } from "../db/tenant.ts";
import { loadFingerprints } from "../vault/fingerprint.ts";
import { type OpsCommand, type OpsContext, type OpsOptions, operand, UsageError } from "./command.ts";
import { progressBar } from "./progress.ts";

const verify: OpsCommand = {
  words: ["audit", "verify"],
  operands: [],
  options: {
    tenant: { type: "string", help: "of this tenant alone, also of one that was erased" },
    heads: {
      type: "string",
      help: "a file of the control plane's log, whose words on where chains end are compared",
    },
  },
  help: "recompute the audit's chains, and name every row that is not as it was written; ends with 1 if there is one",
  async run(context, _operands, options) {
    const seals = await loadFingerprints(context.db, context.vault);
    const chain = await chainOf(context, seals, options);
    const logged = options.heads === undefined ? null : await readLog(String(options.heads));
    const onProgress = progressBar(context.progress, "rows");
    const { chains, rows, findings } = await verifyAudit(context.db, seals, { chain, logged, onProgress });
    const compared = logged ? `, compared with ${logged.lines} lines of the log` : "";
    const read = `${rows} rows in ${chains} ${chains === 1 ? "chain" : "chains"}${compared}`;
    const text =
      findings.length === 0
        ? `The audit is whole: ${read}.`
        : `${findings.map(said).join("\n")}\nThe audit was tampered with: ${findings.length} ${findings.length === 1 ? "finding" : "findings"} in ${read}.`;
    return { text, data: { chains, rows, findings }, ok: findings.length === 0 };
  },
};

async function chainOf(
  { db }: OpsContext,
  pseudonyms: { pseudonym(kind: "tenant", id: string): string },
  { tenant }: OpsOptions,
): Promise<string | null> {
  if (tenant === undefined) return null;
  const id = operand(billingAccountIdSchema, tenant, "tenant id");
  for (const chain of [`tenant/${id}`, `erased/${pseudonyms.pseudonym("tenant", id)}`]) {
    if (await withService(db, (tx) => headOf(tx, chain))) return chain;
  }
  throw new UsageError(`There is no audit of a tenant “${id}”.`);
}

async function readLog(path: string) {
  try {
    return await readLoggedHeads(path);
  } catch (cause) {
    throw new UsageError(`The log can't be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

function said({ chain, seq, detail }: Finding): string {
  if (seq === null) return `${chain}: ${detail}`;
  return `${chain}: ${detail.startsWith("to ") ? "rows" : "row"} ${seq} ${detail}`;
}

const prune: OpsCommand = {
  words: ["audit", "prune"],
  operands: [],
  options: {},
  help: "drop now what is older than AUDIT_DAYS; the worker does so by itself, a day's rows at a time",
  async run({ db, config, progress }) {
    let dropped = 0;
    await pruneAudit(db, { keepDays: config.auditDays, spanDays: null }, (chain, rows) => {
      dropped += rows;
      progress(`${chain}: ${rows}`);
    });
    const text = `Dropped ${dropped} rows that were older than ${config.auditDays} days.`;
    return { text, data: { dropped, days: config.auditDays } };
  },
};

export const auditCommands = [verify, prune];
