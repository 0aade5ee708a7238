/** `ops gateways maintain`: a gateway goes away as planned, and nobody is told of that. */
import { z } from "zod";
import { planRestart } from "../db/alert-facts.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import { withService } from "../db/tenant.ts";
import { type OpsCommand, operand, UsageError } from "./command.ts";

/** A day: what is planned for longer is no restart. */
const MOST_MINUTES = 24 * 60;
const minutesSchema = z.coerce.number().int().min(0).max(MOST_MINUTES);

const maintain: OpsCommand = {
  words: ["gateways", "maintain"],
  operands: ["id"],
  options: { minutes: { type: "string", help: "from now on for so long; 0: it is over" } },
  help: "announce a restart, so that neither the gateway nor its accounts are alerted of meanwhile",
  async run({ db }, [id = ""], options) {
    const minutes = operand(minutesSchema, options.minutes, `number of minutes from 0 to ${MOST_MINUTES}`);
    const from = new Date();
    const until = new Date(from.getTime() + minutes * 60_000);
    await withService(db, async (tx) => {
      if (!(await planRestart(tx, id, minutes === 0 ? null : { from, until })))
        throw new UsageError(`There is no gateway “${id}”.`);
      const actor = { kind: "system", id: "operator" } as const;
      const outcome = `${minutes} minutes`;
      await recordPlatformAct(tx, { actor, action: "gateway.maintain", subject: id, outcome, meta: null });
    });
    const text =
      minutes === 0
        ? `${id} is watched as usual.`
        : `Until ${until.toISOString()} nobody is alerted of ${id} and its accounts.`;
    return { text, data: { gateway: id, until: minutes === 0 ? null : until.toISOString() } };
  },
};

export const maintenanceCommands = [maintain];
