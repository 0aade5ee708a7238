/** Who asks, where it is about the person and not about any of their tenants. */
import type { Context } from "../context.ts";
import type { OwnSession } from "../db/own-sessions.ts";
import { AppError } from "../errors.ts";
import type { Call } from "./call.ts";
import { identificationOf } from "./principal-of.ts";

/** @throws AppError unauthenticated, forbidden (an API key, which is nobody's in person), database_unavailable */
export async function personOf(ctx: Context, call: Call): Promise<OwnSession> {
  const identification = identificationOf(call);
  if (identification.authorization !== undefined) {
    await ctx.principals.resolve(identification);
    throw new AppError("forbidden", { detail: "This is for people; an API key is nobody in person." });
  }
  const session = await ctx.people.currentSession(identification.cookie);
  if (!session) throw new AppError("unauthenticated");
  return session;
}
