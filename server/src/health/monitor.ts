/**
 * What this process lacks to do its work, part by part, and since when. Looked at when somebody asks, and every few seconds
 * for the log. Without the database a process can do nothing; without a gateway it still answers, keeps wishes and says so,
 * and taking it out of service would help nobody.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Closing } from "../closing.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";

/** `unknown`: it could not be looked at, as the database was away. */
export type ComponentStatus = "ok" | "failing" | "unknown";

export interface Finding {
  readonly status: "ok" | "failing";
  /** Why it fails, in words that anyone may read. */
  readonly problem?: string;
  /** For the operator alone. */
  readonly detail?: string;
}

export interface Component {
  readonly name: string;
  /** Whether this process can't work without it, and should get no requests. */
  readonly required: boolean;
  look(): Promise<Finding> | Finding;
}

export interface ComponentHealth {
  readonly name: string;
  readonly status: ComponentStatus;
  readonly since: Date;
  readonly detail?: string;
}

export interface Health {
  readonly ready: boolean;
  /** `degraded`: it works, and something is missing. */
  readonly status: "ready" | "degraded" | "unready" | "draining";
  readonly since: Date;
  /** In words, everything that is missing; what keeps the process from being ready comes first. */
  readonly missing: readonly string[];
  readonly components: readonly ComponentHealth[];
}

export interface Monitor {
  /** No older than half a second. Never throws. */
  look(): Promise<Health>;
}

/** However many ask, it is looked at twice a second; a probe that anyone may call is no way to load the database. */
const MAX_AGE_MS = 500;
/** What takes longer does not answer, for whoever waits for it. */
const PATIENCE_MS = 2_000;
const EVERY_MS = 5_000;

export function createMonitor(
  components: readonly Component[],
  closing: Closing,
  log: Logger,
  maxAgeMs = MAX_AGE_MS,
): Monitor {
  const known = new Map<string, ComponentHealth>();
  let overall: Pick<Health, "status" | "since"> | null = null;
  let last: { readonly at: number; readonly health: Promise<Health> } | null = null;
  const timer = setInterval(() => void look(), EVERY_MS).unref();
  closing.onBegin(() => {
    clearInterval(timer);
    last = null;
  });

  function look(): Promise<Health> {
    if (!last || performance.now() - last.at > maxAgeMs) {
      last = { at: performance.now(), health: lookAtAll() };
    }
    return last.health;
  }

  async function lookAtAll(): Promise<Health> {
    const found = await Promise.all(
      components.map(async (component) => ({ component, finding: await lookAt(component) })),
    );
    for (const { component, finding } of found) remember(component, finding);
    const failing = found.filter(({ finding }) => finding.status !== "ok");
    const unready = failing.some(({ component }) => component.required);
    const draining = closing.since();
    const status = draining ? "draining" : unready ? "unready" : failing.length > 0 ? "degraded" : "ready";
    if (overall?.status !== status) overall = { status, since: draining ?? new Date() };
    return {
      ready: !draining && !unready,
      ...overall,
      missing: [
        ...(draining ? ["process: it is ending, and takes nothing more"] : []),
        ...failing
          .filter(({ finding }) => finding.status === "failing")
          .sort((a, b) => Number(b.component.required) - Number(a.component.required))
          .map(({ component, finding }) => `${component.name}: ${finding.problem ?? "it fails"}`),
      ],
      components: components.flatMap(({ name }) => known.get(name) ?? []),
    };
  }

  function remember({ name }: Component, { status, detail, problem }: Seen): void {
    const before = known.get(name);
    const changed = before?.status !== status;
    known.set(name, {
      name,
      status,
      since: changed || !before ? new Date() : before.since,
      ...(detail !== undefined && { detail }),
    });
    if (!changed || (!before && status === "ok")) return;
    if (status === "failing") log.warn({ component: name, problem, detail }, "a component fails");
    else if (status === "ok") log.info({ component: name, detail }, "a component is well again");
  }

  return { look };
}

type Seen = Omit<Finding, "status"> & { readonly status: ComponentStatus };

async function lookAt(component: Component): Promise<Seen> {
  const late = new AbortController();
  try {
    return await Promise.race([
      Promise.resolve().then(() => component.look()),
      sleep(PATIENCE_MS, undefined, { signal: late.signal, ref: false }).then((): Seen => {
        return { status: "failing", problem: "it does not answer in time" };
      }),
    ]);
  } catch (error) {
    if (error instanceof AppError && error.code === "database_unavailable") return { status: "unknown" };
    const detail = error instanceof Error ? error.message : String(error);
    return { status: "failing", problem: "it could not be looked at", detail };
  } finally {
    late.abort();
  }
}
