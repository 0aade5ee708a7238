"use client";
/** Which settings of a tenant there are: a column on wide screens, a line on narrow ones. */
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { tenantPath } from "../tenants/paths.ts";
import { useTenantId } from "../tenants/use-tenants.ts";
import classes from "./settings.module.css";

/** Each is a page `settings/<name>`, in the order in which they stand. */
const ENTRIES = ["general", "agent", "members", "keys", "links"] as const;

export function SettingsNavigation() {
  const text = useTranslations("settings");
  const here = usePathname();
  const tenant = useTenantId();
  return (
    <nav aria-label={text("title")} className={classes.navigation}>
      <ul>
        {ENTRIES.map((name) => {
          const path = tenant === null ? "/settings" : tenantPath(tenant, `settings/${name}`);
          return (
            <li key={name}>
              <Link href={path} aria-current={here === path ? "page" : undefined}>
                {text(name)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
