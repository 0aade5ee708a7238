/** `ops tenants suspend`, `resume` and `delete`. */
import { billingAccountIdSchema } from "@cogni/contract";
import { deleteByOperator } from "../auth/deletion.ts";
import { suspendByOperator } from "../auth/suspension.ts";
import { type OpsCommand, operand, UsageError } from "./command.ts";

const suspend: OpsCommand = {
  words: ["tenants", "suspend"],
  operands: ["id"],
  options: {},
  help: "take a tenant's accounts down and refuse its LLM calls; everything is kept",
  run: setSuspended(true),
};

const resume: OpsCommand = {
  words: ["tenants", "resume"],
  operands: ["id"],
  options: {},
  help: "end a tenant's suspension; everything comes back by itself",
  run: setSuspended(false),
};

function setSuspended(suspended: boolean): OpsCommand["run"] {
  return async ({ db }, [given]) => {
    const billingAccountId = operand(billingAccountIdSchema, given, "tenant id");
    await suspendByOperator(db, { billingAccountId, suspended });
    const status = suspended ? "suspended" : "active";
    return { text: `${billingAccountId} is ${status}.`, data: { billingAccountId, status } };
  };
}

const remove: OpsCommand = {
  words: ["tenants", "delete"],
  operands: ["id"],
  options: { name: { type: "string", help: "what it is called, letter by letter" } },
  help: "erase a tenant with everything in it, which can't be undone",
  async run({ db }, [given], { name }) {
    const billingAccountId = operand(billingAccountIdSchema, given, "tenant id");
    if (typeof name !== "string") throw new UsageError("To delete it, type its name after --name.");
    await deleteByOperator(db, { billingAccountId, name });
    const text =
      `${billingAccountId} can be used no more. The worker erases it as soon as its gateway answers; ` +
      "`tenants list` shows it until then.";
    return { text, data: { billingAccountId, status: "deleting" } };
  },
};

export const tenantLifeCommands = [suspend, resume, remove];
