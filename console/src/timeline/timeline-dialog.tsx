"use client";
/** What happened to a channel in the last days: how much of them it was up, and each change of its state. */
import { type ChannelTimeline, ERRORS, type Timeline } from "@cogni/contract";
import { useLocale, useTranslations } from "next-intl";
import type { ChannelDialogProps } from "../channels/connect-dialog.tsx";
import dialog from "../channels/dialog.module.css";
import { StateMark } from "../channels/state-line.tsx";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { useProblemWords } from "../parts/problem-words.ts";
import { useTimeWords } from "../parts/time-ago.tsx";
import { percentUp } from "./up-share.ts";
import classes from "./uptime.module.css";
import { UptimeBars } from "./uptime-bars.tsx";
import { useTimeline } from "./use-timeline.ts";

export function TimelineDialog({ channel, opened, onClose, onClosed }: ChannelDialogProps) {
  const text = useTranslations("uptime");
  const { data, error, refetch } = useTimeline(opened);
  const timeline = data?.channels.find((one) => one.channel === channel.channel);
  return (
    <Dialog
      title={text("title", { label: channel.label })}
      opened={opened}
      onClose={onClose}
      onClosed={onClosed}
    >
      <div className={dialog.body}>
        {data && timeline ? (
          <History timeline={timeline} told={data} />
        ) : error ? (
          <div role="alert">
            <ProblemNote failure={error} onAction={{ retry: () => void refetch() }} />
          </div>
        ) : (
          <p className={dialog.quiet}>{text(data ? "none" : "loading")}</p>
        )}
        <div className={dialog.buttons}>
          <Button data-autofocus onClick={onClose}>
            {text("close")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function History({ timeline, told }: { timeline: ChannelTimeline; told: Timeline }) {
  const text = useTranslations("uptime");
  const locale = useLocale();
  const { day, moment, exact, lasted } = useTimeWords();
  const { title } = useProblemWords();
  const { upShare, parts, changes } = timeline;
  const rows = changes
    .map((change, index) => ({ ...change, until: changes[index + 1]?.at ?? told.to }))
    .toReversed();
  return (
    <>
      <p>{upShare === null ? text("none") : text("share", { share: percentUp(upShare, locale) })}</p>
      <div>
        <UptimeBars parts={parts} tall />
        <div className={classes.days}>
          <span>{day(told.from)}</span>
          <span>{text("now")}</span>
        </div>
      </div>
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <ol className={classes.changes} tabIndex={0} aria-label={text("changes")}>
          {rows.map(({ at, until, state, code }) => (
            <li key={`${at} ${state}`}>
              <StateMark state={state} />
              <time dateTime={at} title={exact(at)}>
                {moment(at)}
              </time>
              <small>{code && title(code, ERRORS[code].title)}</small>
              <small>{text("lasted", { time: lasted(at, until) })}</small>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
