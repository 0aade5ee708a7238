"use client";
/** One entry in a panel at the side, with all that is known of it. It has an address of its own. */
import { useTranslations } from "next-intl";
import { CopyButton } from "../parts/copy-button.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import { Fact, Facts, SidePanel } from "../parts/side-panel.tsx";
import { useTimeWords } from "../parts/time-ago.tsx";
import classes from "./audit.module.css";
import { useAuditWords } from "./audit-words.ts";
import { type AuditSource, type ToldEntry, useAuditEntry } from "./use-audit.ts";
import type { Narrowing } from "./use-audit-filters.ts";

interface AuditEntryProps {
  source: AuditSource;
  entry: number;
  rows: readonly ToldEntry[] | undefined;
  narrowing: Narrowing;
}

export function AuditEntryPanel({ source, entry, rows, narrowing }: AuditEntryProps) {
  const text = useTranslations("audit.entry");
  const words = useAuditWords();
  const { data, error, refetch } = useAuditEntry(source, entry, rows);
  return (
    <SidePanel
      title={data ? words.action(data.action) : text("title", { entry })}
      closed={narrowing.hrefOf(null)}
      close={text("close")}
      from={`[data-entry="${entry}"]`}
    >
      {data === null && <p>{text("none", { entry })}</p>}
      {data && <EntryFacts of={data} narrowing={narrowing} />}
      {data === undefined && error && (
        <LoadFailure error={error} retry={() => void refetch()} skeleton={null} />
      )}
      {data === undefined && !error && <p aria-busy="true">{text("loading")}</p>}
    </SidePanel>
  );
}

function EntryFacts({ of, narrowing: { filters, narrow } }: { of: ToldEntry; narrowing: Narrowing }) {
  const text = useTranslations("audit.entry");
  const kinds = useTranslations("audit.filter.kinds");
  const words = useAuditWords();
  const { exact } = useTimeWords();
  const { seq, at, actor, channel, accountId, subject, outcome, remoteAddress, requestId, hash } = of;
  const only = (change: Partial<typeof filters>) =>
    Object.entries(change).some(([name, value]) => filters[name as keyof typeof filters] !== value) && (
      <button type="button" className={classes.only} onClick={() => narrow(change)}>
        {text("only")}
      </button>
    );
  const id = (value: string | null, label: string) =>
    value && (
      <span className={classes.id}>
        <span className={classes.mono}>{value}</span>
        <CopyButton value={value} label={label} />
      </span>
    );
  return (
    <Facts>
      <Fact name={text("when")}>
        <time dateTime={at}>{exact(at)}</time>
      </Fact>
      <Fact name={text("who")}>
        {words.who(of)}
        <span className={classes.soft}>{kinds(actor.kind)}</span>
        {id(actor.id, text("copyActor"))}
        {only({ actor: actor.id })}
      </Fact>
      <Fact name={text("outcome")}>
        <span className={classes.outcome} data-failed={of.problem !== null}>
          {words.outcome(of)}
        </span>
        {only({ outcome })}
      </Fact>
      {channel !== null && (
        <Fact name={text("channel")}>
          {channel}
          {only({ channel })}
        </Fact>
      )}
      {accountId !== null && <Fact name={text("account")}>{id(accountId, text("copyAccount"))}</Fact>}
      {subject !== null && (
        <Fact name={text("subject")}>
          {of.subjectName}
          {id(subject, text("copySubject"))}
        </Fact>
      )}
      <Fact name={text("from")}>
        {remoteAddress === null ? text("nowhere") : id(remoteAddress, text("copyAddress"))}
      </Fact>
      {requestId !== null && (
        <Fact name={text("request")}>
          {id(requestId, text("copyRequest"))}
          {only({ requestId })}
        </Fact>
      )}
      <Fact name={text("place")}>{text("number", { seq })}</Fact>
      <Fact name={text("hash")}>{id(hash, text("copyHash"))}</Fact>
    </Facts>
  );
}
