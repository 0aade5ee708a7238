"use client";
/** How a program makes a link, and one made by hand to try it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { useTimeWords } from "../parts/time-ago.tsx";
import { useTenant } from "../tenants/tenant-scope.tsx";
import classes from "./links.module.css";
import { linksKey } from "./use-links.ts";

const sample = (origin: string): string => `curl -X POST ${origin}/api/v1/connect-links \\
  -H "Authorization: Bearer $COGNI_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"channels": ["<channel>"]}'`;

export function LinkSample() {
  const text = useTranslations("links");
  const { exact } = useTimeWords();
  const cache = useQueryClient();
  const tenant = useTenant();
  const [origin, setOrigin] = useState<string | null>(null);
  useEffect(() => setOrigin(window.location.origin), []);
  const make = useMutation({
    mutationFn: () => api.createConnectLink({}),
    onSuccess: () => cache.invalidateQueries({ queryKey: linksKey(tenant) }),
  });
  return (
    <>
      <div className={classes.sample}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard has to get there */}
        <pre tabIndex={0}>{sample(origin ?? "https://")}</pre>
        {origin && <CopyButton value={sample(origin)} label={text("copySample")} />}
      </div>
      <div className={classes.save}>
        <Button busy={make.isPending} onClick={() => make.mutate()}>
          {text("try")}
        </Button>
        <span className={classes.hint}>{text("tryHelp")}</span>
      </div>
      <div role="status">
        {make.data && (
          <>
            <div className={classes.made}>
              <code>{make.data.url}</code>
              <CopyButton value={make.data.url} label={text("copyLink")} />
            </div>
            <p className={classes.hint}>{text("made", { time: exact(make.data.expiresAt) })}</p>
          </>
        )}
      </div>
      <div role="alert">{make.error && <ProblemNote failure={make.error} />}</div>
    </>
  );
}
