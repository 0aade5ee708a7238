/** `POST /internal/v1/replies`: a gateway tells what became of the messages that LLM calls were made for. */
import { replyFateSchema, tenantOfAccountId } from "@cogni/contract";
import { z } from "zod";
import type { Context } from "../context.ts";
import { placedOn } from "../db/placements.ts";
import { withService, withTenant } from "../db/tenant.ts";
import { recordReplyFates } from "../db/usage-write.ts";
import { parseBody } from "./body.ts";
import type { Call } from "./call.ts";
import { gatewayOf } from "./gateway-of.ts";

const bodySchema = z.strictObject({
  fates: z
    .array(
      z.strictObject({
        agentId: z.string().max(128),
        logicalId: z.string().min(1).max(128),
        fate: replyFateSchema,
      }),
    )
    .max(1_000),
});
const MAX_BODY_BYTES = 1024 * 1024;

/** Of tenants that are not placed on it a gateway says nothing that counts. @throws AppError unauthenticated, and as `parseBody` does */
export async function tellReplies(ctx: Context, call: Call): Promise<Response> {
  const gatewayId = await gatewayOf(ctx, call.req.header("authorization"));
  const { fates } = await parseBody(call.req.raw, bodySchema, MAX_BODY_BYTES);
  const byTenant = Map.groupBy(fates, ({ agentId }) => tenantOfAccountId(agentId));
  const named = [...byTenant.keys()].filter((id) => id !== null);
  const placed = await withService(ctx.db, (tx) => placedOn(tx, gatewayId, named));
  let recorded = 0;
  for (const id of placed) {
    const own = byTenant.get(id) ?? [];
    await withTenant(ctx.db, id, (tx) => recordReplyFates(tx, own));
    recorded += own.length;
  }
  return call.json({ recorded });
}
