"use client";
/** Where the person is signed in, and an end to it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./account.module.css";
import { SessionRow } from "./session-row.tsx";

const SESSIONS_KEY = ["sessions"];

/** @param waits what stands above is of no known height yet: they load, and are drawn once they will not be moved */
export function SessionsSection({ waits }: { waits: boolean }) {
  const text = useTranslations("account.sessions");
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: SESSIONS_KEY,
    queryFn: ({ signal }) => api.sessions(signal),
  });
  const end = useMutation({
    mutationFn: api.endSessions,
    // The rows go before the button that ended them stops being busy.
    onSettled: () => cache.invalidateQueries({ queryKey: SESSIONS_KEY }),
  });
  const ending = end.isPending ? end.variables : null;
  const others = data?.sessions.filter(({ current }) => !current) ?? [];
  const skeleton = (
    <ul className={classes.sessions} aria-busy="true" aria-label={text("loading")}>
      <li>
        <div className={classes.session}>
          <div className={classes.line} />
          <div className={classes.line} />
        </div>
      </li>
    </ul>
  );
  if (waits) return null;
  return (
    <SettingsSection title={text("title")} help={text("help")}>
      {data ? (
        <ul className={classes.sessions}>
          {/* The one that asks stands first, wherever it falls by age. */}
          {data.sessions
            .toSorted((one, other) => Number(other.current) - Number(one.current))
            .map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                ending={ending !== null && "id" in ending && ending.id === session.id}
                onEnd={() => end.mutate({ id: session.id })}
              />
            ))}
        </ul>
      ) : error ? (
        <LoadFailure error={error} retry={() => void refetch()} skeleton={skeleton} />
      ) : (
        skeleton
      )}
      {others.length > 1 && (
        <div className={classes.act}>
          <Button busy={ending !== null && "others" in ending} onClick={() => end.mutate({ others: true })}>
            {text("endOthers", { count: others.length })}
          </Button>
        </div>
      )}
      <span role="status" className="unseen">
        {end.isSuccess && text("ended", { count: end.data.ended })}
      </span>
      {end.error && !end.isPending && (
        <div role="alert">
          <ProblemNote failure={end.error} />
        </div>
      )}
    </SettingsSection>
  );
}
