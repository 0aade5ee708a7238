/** Who asks on the internal port: a gateway, by its token. */
import { createHash } from "node:crypto";
import { bearerOf } from "../auth/principals.ts";
import type { Context } from "../context.ts";
import { gatewayByTokenHash } from "../db/gateway-tokens.ts";
import { withService } from "../db/tenant.ts";
import { AppError } from "../errors.ts";

/**
 * By the token's hash, so that how long the search takes tells nothing of the token.
 * @throws AppError unauthenticated
 */
export async function gatewayOf(ctx: Context, authorization: string | undefined): Promise<string> {
  const hash = createHash("sha256")
    .update(bearerOf(authorization ?? ""))
    .digest();
  const gatewayId = await withService(ctx.db, (tx) => gatewayByTokenHash(tx, hash));
  if (gatewayId === null) throw new AppError("unauthenticated");
  return gatewayId;
}
