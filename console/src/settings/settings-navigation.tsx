"use client";
/** Which settings of a tenant there are: a column on wide screens, a line on narrow ones. */
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { tenantPath } from "../tenants/paths.ts";
import { useTenantId } from "../tenants/use-tenants.ts";
import classes from "./settings.module.css";

/** Each is a page `settings/<name>`, in the order in which they stand. */
const ENTRIES = ["general", "agent", "members", "keys", "links", "webhooks", "limits"] as const;

export function SettingsNavigation() {
  const text = useTranslations("settings");
  const here = usePathname();
  const tenant = useTenantId();
  const navigation = useRef<HTMLElement>(null);
  const shown = here.split("/").at(-1);
  // On a phone the line is longer than the screen: where one is stands in sight.
  useEffect(() => {
    const current = navigation.current?.querySelector(`[href$="/${shown}"]`);
    current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [shown]);
  return (
    <nav ref={navigation} aria-label={text("title")} className={classes.navigation}>
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
