"use client";
/** What the opened page stands in: its requests are by the link, and carry no cookie. */
import { type ReactNode, useLayoutEffect } from "react";
import { actBy } from "../api-call.ts";
import { TenantContext } from "../tenants/tenant-scope.tsx";

/** @param bearer kept in the page's memory alone: a reload forgets it */
export function LinkScope({ bearer, children }: { bearer: string; children: ReactNode }) {
  // Before the first request of the page inside, which comes with the effects that follow.
  useLayoutEffect(() => actBy(bearer), [bearer]);
  // Whose page it is the bearer alone says; what is kept of it is kept apart from the pages of any tenant.
  return <TenantContext value="connect-link">{children}</TenantContext>;
}
