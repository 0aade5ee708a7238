"use client";
/** What is wrong with the platform, and what was; and whether one is told by mail. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { AlertItem } from "../alerts/alert-item.tsx";
import { AlertMails } from "../alerts/alert-mails.tsx";
import classes from "../alerts/alerts.module.css";
import { alertsKey } from "../alerts/use-alerts.ts";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import page from "../parts/list-page.module.css";
import { LoadFailure } from "../parts/load-failure.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Panel } from "../parts/panel.tsx";

const LOOK_AGAIN_MS = 15_000;

export function AlertsPage() {
  const text = useTranslations("alerts");
  const list = useInfiniteQuery({
    // Below that of the bell: what is acknowledged there is drawn anew here.
    queryKey: [...alertsKey("platform"), "pages"],
    queryFn: ({ pageParam: after, signal }) => api.operatorAlerts(after, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: LOOK_AGAIN_MS,
  });
  const alerts = list.data?.pages.flatMap((one) => one.alerts);
  const open = alerts?.filter(({ resolvedAt }) => !resolvedAt) ?? [];
  const over = alerts?.filter(({ resolvedAt }) => resolvedAt) ?? [];
  const skeleton = <div className={classes.bone} aria-busy="true" />;
  return (
    <div className={page.page}>
      <PageHead title={text("title")} lead={text("lead")} />
      {/* Above what comes and goes, which would move it. */}
      <AlertMails scope="platform" />
      {alerts ? (
        <>
          {open.length > 0 ? (
            <ul className={classes.board} aria-label={text("open")}>
              {open.map((alert) => (
                <AlertItem key={alert.id} alert={alert} scope="platform" mayAcknowledge />
              ))}
            </ul>
          ) : (
            <Panel level={2} title={text("empty.title")} text={text("empty.text")} />
          )}
          {over.length > 0 && (
            <section className={classes.past}>
              <h2>{text("over")}</h2>
              <ul className={classes.board}>
                {over.map((alert) => (
                  <AlertItem key={alert.id} alert={alert} scope="platform" mayAcknowledge={false} />
                ))}
              </ul>
            </section>
          )}
        </>
      ) : list.error ? (
        <LoadFailure error={list.error} retry={() => void list.refetch()} skeleton={skeleton} />
      ) : (
        skeleton
      )}
      {list.hasNextPage && (
        <div className={page.more}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {text("more")}
          </Button>
        </div>
      )}
    </div>
  );
}
