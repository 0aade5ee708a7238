"use client";
/** Whether the person who looks is told of alerts by mail. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { LoadFailure } from "../parts/load-failure.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import settings from "../settings/settings.module.css";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./alerts.module.css";
import { type AlertScope, alertsKey } from "./use-alerts.ts";

export function AlertMails({ scope }: { scope: AlertScope }) {
  const text = useTranslations("alerts.mails");
  const cache = useQueryClient();
  const queryKey = [...alertsKey(scope), "mail"];
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => (scope === "platform" ? api.operatorAlertMail(signal) : api.alertMail(signal)),
  });
  const set = useMutation({
    mutationFn: scope === "platform" ? api.setOperatorAlertMail : api.setAlertMail,
    onSuccess: (saved) => cache.setQueryData(queryKey, saved),
  });
  const bone = <div className={settings.bone} aria-hidden="true" />;
  // As it is wished, while it is on its way.
  const mails = set.isPending ? set.variables.mails : data?.mails;
  return (
    <div id="alert-mails">
      <SettingsSection title={text("title")} help={text(scope === "platform" ? "helpPlatform" : "help")}>
        {data ? (
          <label className={classes.mails}>
            <input
              type="checkbox"
              checked={mails ?? false}
              onChange={({ target }) => set.mutate({ mails: target.checked })}
            />
            <span>{text("get")}</span>
          </label>
        ) : error ? (
          <LoadFailure error={error} retry={() => void refetch()} skeleton={bone} />
        ) : (
          bone
        )}
        <span role="status" className="unseen">
          {set.isSuccess && !set.isPending && text(set.data.mails ? "on" : "off")}
        </span>
        {set.error && !set.isPending && (
          <div role="alert">
            <ProblemNote failure={set.error} />
          </div>
        )}
      </SettingsSection>
    </div>
  );
}
