"use client";
/** The rail on wide screens, the bar at the bottom of narrow ones: one list, placed by the stylesheet. */
import { IconMessages, IconSettings } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { tenantPath } from "../tenants/paths.ts";
import { useTenantId } from "../tenants/use-tenants.ts";
import classes from "./navigation.module.css";
import { Wordmark } from "./wordmark.tsx";

/** A page stands here only once it works. `first` is where its entry leads, `name` what its address begins with. */
const PAGES = [
  { name: "channels", first: "channels", Icon: IconMessages },
  { name: "settings", first: "settings/general", Icon: IconSettings },
] as const;

export function Navigation() {
  const text = useTranslations("frame");
  const here = usePathname();
  const tenant = useTenantId();
  // An address without a tenant leads to the person's own.
  const path = (section: string) => (tenant === null ? `/${section}` : tenantPath(tenant, section));
  return (
    <nav aria-label={text("navigation")} className={classes.navigation}>
      <div className={classes.brand}>
        <Wordmark />
      </div>
      <ul>
        {PAGES.map(({ name, first, Icon }) => (
          <li key={name}>
            <Link
              href={path(tenant === null ? name : first)}
              aria-current={here === path(name) || here.startsWith(`${path(name)}/`) ? "page" : undefined}
            >
              <Icon size={18} stroke={1.75} aria-hidden="true" />
              {text(name)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
