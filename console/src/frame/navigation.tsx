"use client";
/** The rail on wide screens, the bar at the bottom of narrow ones: one list, placed by the stylesheet. */
import {
  IconBell,
  IconBuilding,
  IconChartBar,
  IconClipboardList,
  IconMessages,
  IconServer2,
  IconSettings,
} from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { usePerson } from "../session/use-person.ts";
import { tenantPath } from "../tenants/paths.ts";
import { useTenantId, useTenants } from "../tenants/use-tenants.ts";
import classes from "./navigation.module.css";
import { Wordmark } from "./wordmark.tsx";

/**
 * A page stands here only once it works. `first` is where its entry leads, `name` what its address begins with, `scope` what one needs
 * to see it.
 */
const PAGES = [
  { name: "channels", first: "channels", scope: null, Icon: IconMessages },
  { name: "settings", first: "settings/general", scope: null, Icon: IconSettings },
  { name: "usage", first: "usage", scope: "usage:read", Icon: IconChartBar },
  { name: "audit", first: "audit", scope: "audit:read", Icon: IconClipboardList },
] as const;

/** For the platform's administrators. */
const OPERATOR_PAGES = [
  { name: "gateways", Icon: IconServer2 },
  { name: "tenants", Icon: IconBuilding },
  { name: "usage", Icon: IconChartBar },
  { name: "alerts", Icon: IconBell },
  { name: "audit", Icon: IconClipboardList },
] as const;

export function Navigation() {
  const text = useTranslations("frame");
  const here = usePathname();
  const tenant = useTenantId();
  const atOperator = here.startsWith("/operator");
  const { data: person } = usePerson();
  const { data: own, isPending } = useTenants();
  // Until it is known, the page one is at says what is likely: so little as can be moves or goes.
  const administers = person ? person.platformAdministrator : atOperator;
  const belongs = own ? own.tenants.length > 0 : !atOperator;
  const scopes = own?.tenants.find(({ billingAccountId }) => billingAccountId === tenant)?.scopes;
  const pages = PAGES.filter(({ scope }) => scope === null || !scopes || scopes.includes(scope));
  // An address without a tenant leads to the person's own.
  const path = (section: string) => (tenant === null ? `/${section}` : tenantPath(tenant, section));
  return (
    <nav aria-label={text("navigation")} className={classes.navigation}>
      <div className={classes.brand}>
        <Wordmark />
      </div>
      <div className={classes.lists}>
        {/* Without a tenant they would only lead back to the operator's. */}
        {(belongs || !administers) && (
          <ul>
            {pages.map(({ name, first, Icon }) => (
              <Entry key={name} href={path(tenant === null ? name : first)} current={isAt(here, path(name))}>
                <Icon size={18} stroke={1.75} aria-hidden="true" />
                {text(name)}
              </Entry>
            ))}
          </ul>
        )}
        {administers && (
          <div className={classes.operator} data-unplaced={isPending}>
            <h2 id="operator">{text("operator")}</h2>
            <ul aria-labelledby="operator">
              {OPERATOR_PAGES.map(({ name, Icon }) => (
                <Entry key={name} href={`/operator/${name}`} current={isAt(here, `/operator/${name}`)}>
                  <Icon size={18} stroke={1.75} aria-hidden="true" />
                  {text(name)}
                </Entry>
              ))}
            </ul>
          </div>
        )}
      </div>
    </nav>
  );
}

function Entry({ href, current, children }: { href: string; current: boolean; children: ReactNode }) {
  return (
    <li>
      <Link href={href} aria-current={current ? "page" : undefined}>
        {children}
      </Link>
    </li>
  );
}

function isAt(here: string, path: string): boolean {
  return here === path || here.startsWith(`${path}/`);
}
