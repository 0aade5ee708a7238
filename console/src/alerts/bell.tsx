"use client";
/**
 * How many alerts nobody has seen yet, of the tenant that the page is about and, for the platform's administrators, of the platform;
 * and what they are, below the bell. A new one is read out once.
 */
import { IconBell } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { useHeadline } from "./alert-words.ts";
import classes from "./alerts.module.css";
import { unseen, useAlerts, usePlatformScope, useTenantScope } from "./use-alerts.ts";

const load = () => import("./alert-list.tsx").then((module) => module.AlertList);
const AlertList = dynamic(load, { ssr: false });

/** No more are counted than can be read at a glance. */
const MOST = 99;

export function Bell() {
  const text = useTranslations("alerts");
  const root = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState(false);
  const tenant = useTenantScope();
  const platform = usePlatformScope();
  const own = useAlerts(tenant);
  const whole = useAlerts(platform);
  const waiting = [...unseen(own.data), ...unseen(whole.data)];
  const count = waiting.length;

  useEffect(() => {
    if (!opened) return;
    const closeOutside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpened(false);
    };
    const closeByKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpened(false);
      root.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", closeOutside);
    document.addEventListener("focusin", closeOutside);
    document.addEventListener("keydown", closeByKey);
    return () => {
      document.removeEventListener("pointerdown", closeOutside);
      document.removeEventListener("focusin", closeOutside);
      document.removeEventListener("keydown", closeByKey);
    };
  }, [opened]);

  return (
    <div ref={root} className={classes.bell}>
      <button
        type="button"
        className={classes.button}
        aria-label={text("bell", { count })}
        aria-expanded={opened}
        aria-haspopup="dialog"
        onPointerEnter={() => void load().catch(() => null)}
        onClick={() => setOpened(!opened)}
      >
        <IconBell size={18} stroke={1.75} aria-hidden="true" />
        {count > 0 && (
          <span className={classes.count} data-trouble={waiting.some(({ needsPerson }) => needsPerson)}>
            {Math.min(count, MOST)}
          </span>
        )}
      </button>
      <News alerts={waiting} known={(!tenant || own.isSuccess) && (!platform || whole.isSuccess)} />
      {opened && (
        <div className={classes.dropdown} role="dialog" aria-label={text("title")}>
          {tenant && <AlertList scope={tenant} list={own} onLeave={() => setOpened(false)} />}
          {platform && <AlertList scope={platform} list={whole} onLeave={() => setOpened(false)} />}
          {!tenant && !platform && <p className={classes.none}>{text("nobodys")}</p>}
        </div>
      )}
    </div>
  );
}

/** Reads out what was not there at the last look; what was there at the first is for whoever looks. */
function News({ alerts, known }: { alerts: ReturnType<typeof unseen>; known: boolean }) {
  const text = useTranslations("alerts");
  const headline = useHeadline();
  const [told, setTold] = useState<ReadonlySet<string> | null>(null);
  const [said, setSaid] = useState("");
  const ids = alerts.map(({ id }) => id).join();
  if (known && told === null) setTold(new Set(alerts.map(({ id }) => id)));
  const fresh = told ? alerts.filter(({ id }) => !told.has(id)) : [];
  if (told && fresh.length > 0) {
    setTold(new Set([...told, ...ids.split(",")]));
    setSaid(fresh.map((alert) => text("news", { title: headline(alert) })).join(" "));
  }
  return (
    <span role="status" className="unseen">
      {said}
    </span>
  );
}
