/** `ops doctor`: is the installation sound, as far as its database tells. Looks only; changes nothing. */
import { listBillingAccounts } from "../db/billing-accounts.ts";
import { keyIdsInUse } from "../db/credentials.ts";
import { listDrift } from "../db/drift.ts";
import { listGateways } from "../db/gateways.ts";
import { apiRolePrivileges, unwalledTables } from "../db/guard.ts";
import { OLDEST_POSTGRES, postgresVersion, schemaVersion } from "../db/migrate.ts";
import { unmovedRegistrations } from "../db/registrations.ts";
import { withNoTenant, withService } from "../db/tenant.ts";
import { fingerprintKeyOpens } from "../vault/fingerprint.ts";
import { surveyConnections } from "../vault/survey.ts";
import type { OpsCommand, OpsContext } from "./command.ts";

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

const doctor: OpsCommand = {
  words: ["doctor"],
  operands: [],
  options: {},
  help: "check database, schema, roles, keys and gateways; ends with 1 if something is wrong",
  asFound: true,
  async run(context) {
    const findings = await examine(context);
    return {
      text: findings
        .map(({ check, ok, detail }) => `${ok ? "ok   " : "WRONG"}  ${check}: ${detail}`)
        .join("\n"),
      data: findings,
      ok: findings.every(({ ok }) => ok),
    };
  },
};

async function examine(context: OpsContext): Promise<Finding[]> {
  const { wanted, found } = await schemaVersion(context.db.api);
  const schema = {
    check: "schema",
    ok: wanted === found,
    detail: `at ${found}, this program's is ${wanted}`,
  };
  // An empty database has nothing else to look at; starting the program fills it.
  if (found === 0) return [schema];
  // The rest is asked in this version's words.
  if (found !== wanted) return [schema, ...(await ofTheDatabase(context))];
  return [
    schema,
    ...(await ofTheDatabase(context)),
    await ofTheMove(context),
    ...(await ofTheKeys(context)),
    ...(await ofTheGateways(context)),
  ];
}

async function ofTheDatabase({ db }: OpsContext): Promise<Finding[]> {
  const major = await postgresVersion(db.api);
  const privileges = await apiRolePrivileges(db.api);
  const open = await unwalledTables(db.api);
  return [
    { check: "PostgreSQL", ok: major >= OLDEST_POSTGRES, detail: `version ${major}` },
    {
      check: "API role",
      ok: privileges.length === 0,
      detail: privileges.join(", and ") || "owns and bypasses nothing",
    },
    {
      check: "wall between tenants",
      ok: open.length === 0,
      detail:
        open.length === 0 ? "row-level security is forced on every tenant table" : `open: ${open.join(", ")}`,
    },
  ];
}

async function ofTheMove({ db, vault }: OpsContext): Promise<Finding> {
  const left = await withNoTenant(db, unmovedRegistrations);
  const { unreadable } = await surveyConnections(db, vault, "function");
  const found = [
    left > 0 && `${left} are yet to be moved: start a worker, or run “connections move”`,
    unreadable > 0 &&
      `${unreadable} credentials of an older version do not open; they are kept (“credentials forget”)`,
  ].filter((word) => word !== false);
  return { check: "connections", ok: found.length === 0, detail: found.join(", and ") || "all in one table" };
}

async function ofTheKeys({ db, vault }: OpsContext): Promise<Finding[]> {
  const used = await withService(db, keyIdsInUse);
  const kind = (keyId: string) =>
    keyId === vault.currentKeyId ? "current" : vault.keyIds.has(keyId) ? "previous" : "MISSING";
  const opens = await withNoTenant(db, (tx) => fingerprintKeyOpens(tx, vault));
  return [
    {
      check: "encryption keys",
      ok: used.every(({ keyId }) => vault.keyIds.has(keyId)),
      detail:
        used.map(({ keyId, rows }) => `${keyId} (${kind(keyId)}): ${rows} rows`).join(", ") || "none in use",
    },
    {
      check: "fingerprint key",
      ok: opens !== false,
      detail: opens === null ? "not made yet" : opens ? "opens" : "sealed with a missing key",
    },
  ];
}

async function ofTheGateways({ db }: OpsContext): Promise<Finding[]> {
  const gateways = await withService(db, listGateways);
  const drift = await withService(db, listDrift);
  const unplaced = (await withService(db, listBillingAccounts)).filter(({ gatewayId }) => gatewayId === null);
  return [
    {
      check: "placement",
      ok: unplaced.length === 0,
      detail:
        unplaced.length === 0
          ? "every tenant has a gateway"
          : `no gateway has room for ${unplaced.map(({ id }) => id).join(", ")}`,
    },
    ...gateways.map((gateway) => ({
      check: `gateway ${gateway.id}`,
      ok: gateway.reachable && gateway.leaseUntil !== null && gateway.leaseUntil > new Date(),
      detail:
        `${gateway.reachable ? "reachable" : "unreachable"}, seen ${gateway.observedAt?.toISOString() ?? "never"}, ` +
        `lease ${gateway.leaseHolder ? `held by ${gateway.leaseHolder} until ${gateway.leaseUntil?.toISOString()}` : "free"}, ` +
        `${gateway.accounts} of ${gateway.capacity} accounts, ${gateway.unsettled} wishes unsettled`,
    })),
    ...drift.map(({ billingAccountId, channel, wanted, seen }) => ({
      check: `${billingAccountId}/${channel}`,
      ok: false,
      detail: `should be ${wanted}, is ${seen ?? "not at the gateway"}`,
    })),
  ];
}

export const doctorCommands = [doctor];
