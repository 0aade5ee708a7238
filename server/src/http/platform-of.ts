/** Who asks, where it is about the installation and none of its tenants: one of the platform's administrators. */
import type { Context } from "../context.ts";
import { isAdministrator } from "../db/administrators.ts";
import type { OwnSession } from "../db/own-sessions.ts";
import { withNoTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { Call } from "./call.ts";
import { personOf } from "./person-of.ts";

/** @throws AppError unauthenticated, forbidden (anyone else, an API key among them), database_unavailable */
export async function platformOf(ctx: Context, call: Call): Promise<OwnSession> {
  const session = await personOf(ctx, call);
  if (await withNoTenant(ctx.db, (tx) => isAdministrator(tx, session.id))) return session;
  throw new AppError("forbidden", { detail: "This is for the platform's administrators." });
}
