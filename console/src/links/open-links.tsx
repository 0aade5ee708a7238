"use client";
/** The links that can be opened or are in use, each with a way to end it. */
import type { ConnectLink } from "@cogni/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { useTenant } from "../tenants/tenant-scope.tsx";
import classes from "./links.module.css";
import { linksKey } from "./use-links.ts";

export function OpenLinks({ links }: { links: readonly ConnectLink[] }) {
  const text = useTranslations("links");
  const locale = useLocale();
  const cache = useQueryClient();
  const tenant = useTenant();
  const revoke = useMutation({
    mutationFn: api.revokeConnectLink,
    onSettled: () => cache.invalidateQueries({ queryKey: linksKey(tenant) }),
  });
  return (
    <>
      {links.length === 0 ? (
        <p className={classes.hint}>{text("none")}</p>
      ) : (
        <ul className={classes.links}>
          {links.map(({ id, channels, createdBy, createdAt, openedAt }) => {
            const what = channels ? new Intl.ListFormat(locale).format(channels) : text("allChannels");
            return (
              <li key={id}>
                <div>
                  <p className={classes.label}>{what}</p>
                  <p className={classes.hint}>
                    {text(openedAt ? "inUse" : "waiting")}
                    {" · "}
                    {createdBy}
                    {" · "}
                    <TimeAgo at={createdAt} />
                  </p>
                </div>
                <Button
                  aria-label={text("revokeLabel", { what })}
                  busy={revoke.isPending && revoke.variables === id}
                  onClick={() => revoke.mutate(id)}
                >
                  {text("revoke")}
                </Button>
              </li>
            );
          })}
        </ul>
      )}
      <div role="alert">{revoke.error && <ProblemNote failure={revoke.error} />}</div>
    </>
  );
}
