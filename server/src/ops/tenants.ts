/** `ops tenants`: create and list. */
import { billingAccountIdSchema, SCOPES } from "@cogni/contract";
import { createApiKey } from "../db/api-keys.ts";
import { createBillingAccount, listBillingAccounts } from "../db/billing-accounts.ts";
import { withService } from "../db/tenant.ts";
import { type OpsCommand, UsageError } from "./command.ts";

const create: OpsCommand = {
  words: ["tenants", "create"],
  operands: ["id"],
  options: { name: { type: "string", help: "what people call it; the id by default" } },
  help: "create a tenant, and print its first API key, this once",
  async run({ db }, [wanted], { name }) {
    const id = billingAccountIdSchema.safeParse(wanted);
    if (!id.success) throw new UsageError(`“${wanted}” is no tenant id: ${id.error.issues[0]?.message}`);
    const billingAccountId = id.data;
    const key = await withService(db, async (tx) => {
      await createBillingAccount(tx, {
        id: billingAccountId,
        name: typeof name === "string" ? name : billingAccountId,
      });
      return createApiKey(tx, {
        billingAccountId,
        name: "first key",
        scopes: SCOPES,
        expiresAt: null,
        createdBy: null,
      });
    });
    const apiKey = key.key.reveal();
    return {
      text: `Created ${billingAccountId}. Its API key, shown this once:\n${apiKey}`,
      data: { billingAccountId, apiKey },
    };
  },
};

const list: OpsCommand = {
  words: ["tenants", "list"],
  operands: [],
  options: {},
  help: "list the tenants, their gateway and their channels",
  async run({ db }) {
    const tenants = await withService(db, listBillingAccounts);
    const lines = tenants.map(
      ({ id, name, status, gatewayId, channels }) =>
        `${id}  ${name}  ${status}  on ${gatewayId ?? "no gateway"}  ${channels.join(", ") || "no channels"}`,
    );
    return { text: lines.join("\n") || "There are no tenants.", data: tenants };
  },
};

export const tenantCommands = [create, list];
