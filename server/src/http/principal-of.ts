/** Who asks: the first thing a handler wants to know, and whether they may. */
import { type Scope, TENANT_HEADER } from "@cogni/contract";
import { authorize } from "../auth/authorize.ts";
import type { Principal } from "../auth/principal.ts";
import type { Identification } from "../auth/principals.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Call } from "./call.ts";

/**
 * People and keys. A connect link is refused, whatever its scopes: a route that is for links, too, says so by
 * `principalOrLinkOf`, and keeps to the link's channels.
 * @param scope what the caller wants to do
 * @throws AppError unauthenticated, forbidden, tenant_suspended, database_unavailable; invalid_request for a change that does not say for which
 *   tenant it is meant
 */
export async function principalOf(ctx: Context, call: Call, scope: Scope): Promise<Principal> {
  const principal = await principalOrLinkOf(ctx, call, scope);
  if (principal.actor.kind === "link") throw new AppError("forbidden");
  return principal;
}

/**
 * The same, or whoever opened a connect link: `principal.channels` says which channels they are kept to.
 * @throws AppError as `principalOf` does
 */
export async function principalOrLinkOf(ctx: Context, call: Call, scope: Scope): Promise<Principal> {
  const identification = identificationOf(call);
  const principal = await ctx.principals.resolve(identification);
  authorize(principal, scope);
  const changes = call.req.method !== "GET" && call.req.method !== "HEAD";
  if (changes && principal.actor.kind === "person" && identification.tenant === undefined) {
    const message = `a change names the tenant it is meant for in the header ${TENANT_HEADER}`;
    throw new AppError("invalid_request", { errors: [{ path: TENANT_HEADER, message }] });
  }
  return principal;
}

/**
 * The same for what every member may do, and no key.
 * @throws AppError as `principalOf` does
 */
export async function memberOf(ctx: Context, call: Call): Promise<Principal> {
  const principal = await principalOf(ctx, call, "account:read");
  if (principal.actor.kind !== "person") throw new AppError("forbidden");
  return principal;
}

export function identificationOf(call: Call): Identification {
  return {
    authorization: call.req.header("authorization"),
    cookie: call.req.header("cookie"),
    tenant: call.req.header(TENANT_HEADER),
  };
}
