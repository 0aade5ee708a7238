"use client";
/** The rail on wide screens, the bar at the bottom of narrow ones: one list, placed by the stylesheet. */
import { IconMessages } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import classes from "./navigation.module.css";
import { Wordmark } from "./wordmark.tsx";

/** A page stands here only once it works. */
const PAGES = [{ path: "/channels", name: "channels", Icon: IconMessages }] as const;

export function Navigation() {
  const text = useTranslations("frame");
  const here = usePathname();
  return (
    <nav aria-label={text("navigation")} className={classes.navigation}>
      <div className={classes.brand}>
        <Wordmark />
      </div>
      <ul>
        {PAGES.map(({ path, name, Icon }) => (
          <li key={path}>
            <Link href={path} aria-current={here === path ? "page" : undefined}>
              <Icon size={18} stroke={1.75} aria-hidden="true" />
              {text(name)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
