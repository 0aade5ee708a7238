/** One row for each fault: what tenants saw of it, how soon, and what was lost. Printed, and written as a page where that is asked for. */
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { Act, Answered } from "./acts.ts";
import type { Look, Viewer } from "./viewers.ts";

export interface FaultRow {
  readonly fault: string;
  readonly forMs: number;
  readonly saw: string;
  /** Null: nobody was told anything. */
  readonly toldAfterMs: number | null;
  readonly wellAfterMs: number;
  readonly slowestMs: number;
  readonly alerts: string;
  readonly lost: string;
}

const COLUMNS = [
  "fault",
  "injected for",
  "what tenants saw",
  "told after",
  "well again after",
  "slowest answer",
  "alerts",
  "lost",
];

/** Whether a look shows that something is wrong: an error, or a state in which nothing was wished. */
export const tells = ({ status, state }: Look): boolean => status !== 200 || state !== "connected";

/** What those who only looked saw, one after the other, and what those who acted were answered. */
export function describe(viewers: readonly Viewer[], since: number, acts: readonly Act[]): string {
  const paths = viewers.map(({ looks }) => {
    const words = looks.filter(({ at }) => at >= since).map(({ code, state }) => code ?? state ?? "nothing");
    return words.filter((word, index) => word !== words[index - 1]).join(" → ");
  });
  const answers = acts.flatMap(({ attempts }) =>
    attempts.map(({ status, code }) => `${status}${code ? ` ${code}` : ""}`),
  );
  const reopened = viewers.reduce((sum, viewer) => sum + viewer.reopened(), 0);
  return [
    `looks: ${counted(paths)}`,
    `acts: ${counted(answers)}`,
    ...(reopened > 0 ? [`streams opened again: ${reopened}`] : []),
  ].join("; ");
}

export const slowest = (answers: readonly Answered[]): number =>
  Math.max(0, ...answers.map(({ tookMs }) => tookMs));

function counted(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} × ${word}`).join(", ");
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

export function table(rows: readonly FaultRow[]): string {
  const cells = rows.map(({ fault, forMs, saw, toldAfterMs, wellAfterMs, slowestMs, alerts, lost }) => [
    fault,
    forMs === 0 ? "an instant" : seconds(forMs),
    saw,
    toldAfterMs === null ? "–" : seconds(toldAfterMs),
    seconds(wellAfterMs),
    seconds(slowestMs),
    alerts,
    lost,
  ]);
  return [COLUMNS, COLUMNS.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** @param facts about the run, a sentence each */
export function writePage(path: string, rows: readonly FaultRow[], facts: readonly string[]): void {
  const machine = `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? "?"}), ${Math.round(totalmem() / 2 ** 30)} GiB, everything on the one machine`;
  const day = new Date().toISOString().slice(0, 10);
  const lines = [
    "# What faults do to tenants",
    "",
    "`npm run faults` breaks the wires between control plane, database and gateway, one fault after the other, while tenants look,",
    "connect, disconnect, replace tokens, scan codes and are written to. It fails when something was lost, and writes this page.",
    "",
    `**The last run:** ${machine}, ${day}.`,
    "",
    table(rows),
    "",
    ...facts.map((fact) => `- ${fact}`),
    "",
  ];
  writeFileSync(path, lines.join("\n"));
}
