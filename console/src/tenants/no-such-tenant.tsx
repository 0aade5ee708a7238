"use client";
/** The address of a tenant that is not there, or not the person's: both look alike. */
import type { OwnTenant } from "@cogni/contract";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Panel } from "../parts/panel.tsx";
import { NoTenant } from "./no-tenant.tsx";
import { tenantPath } from "./paths.ts";
import classes from "./tenants.module.css";

export function NoSuchTenant({ tenants }: { tenants: readonly OwnTenant[] }) {
  const text = useTranslations("tenants");
  if (tenants.length === 0) return <NoTenant />;
  return (
    <Panel title={text("noSuch.title")} text={text("noSuch.text")}>
      <ul className={classes.own} aria-label={text("own")}>
        {tenants.map(({ billingAccountId, billingAccountName }) => (
          <li key={billingAccountId}>
            <Link href={tenantPath(billingAccountId, "channels")}>{billingAccountName}</Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
