/**
 * From what is wrong now, and what was known to be: what becomes of each alert. Pure, and level-triggered: it knows of no
 * event, so a process that was restarted, or looks after another, comes to the same. Time is counted in steps from look to
 * look, none longer than a look may take: whatever the clock does, nothing becomes older by it.
 */
import type { AlertKind, BillingAccountId, ChannelId, ErrorCode } from "@cogni/contract";

/** What there is at most one alert of at a time. */
export interface AlertKey {
  /** Null: the platform's. */
  readonly billingAccountId: BillingAccountId | null;
  readonly kind: AlertKind;
  readonly channel: ChannelId | null;
  /** The id of what else it is about. */
  readonly subject: string | null;
}

/** Something that is not as it should be. */
export interface Fact extends AlertKey {
  readonly subjectName: string | null;
  readonly accountId: string | null;
  readonly code: ErrorCode;
  readonly needsPerson: boolean;
  readonly since: Date;
  /** Of what is about to end: when. */
  readonly endsAt: Date | null;
  /**
   * `unclear`: it may be meant so, or nobody can tell now, as while its gateway is away. Nothing new comes of it, and what was
   * told stays told.
   */
  readonly phase: "wrong" | "unclear";
  /** How long it has to last before it is told. */
  readonly waitMs: number;
}

/** An alert that is not over; before it is told, one that waits to be. */
export interface Standing extends AlertKey {
  readonly id: string;
  readonly code: ErrorCode;
  readonly needsPerson: boolean;
  readonly heldMs: number;
  readonly lookedAt: Date;
  readonly openedAt: Date | null;
  /** Of an account: whether its tenant still wants it up. */
  readonly wished: boolean;
}

export interface Held {
  readonly id: string;
  readonly heldMs: number;
}

export interface Decisions {
  readonly begin: readonly (Fact & { readonly opened: boolean })[];
  /** Not long enough yet. */
  readonly hold: readonly Held[];
  readonly open: readonly (Held & Pick<Fact, "code" | "needsPerson">)[];
  /** The cause is another by now. */
  readonly change: readonly (Pick<Standing, "id"> & Pick<Fact, "code" | "needsPerson">)[];
  readonly resolve: readonly { readonly id: string; readonly resolution: "recovered" | "withdrawn" }[];
  /** Over before it was told. */
  readonly forget: readonly string[];
}

/** @param longestStepMs as which a longer time between two looks counts */
export function decide(
  facts: readonly Fact[],
  standing: readonly Standing[],
  now: Date,
  longestStepMs: number,
): Decisions {
  const known = new Map(standing.map((alert) => [nameOf(alert), alert]));
  const decisions = {
    begin: [] as Decisions["begin"][number][],
    hold: [] as Held[],
    open: [] as Decisions["open"][number][],
    change: [] as Decisions["change"][number][],
    resolve: [] as Decisions["resolve"][number][],
    forget: [] as string[],
  };
  for (const fact of facts) {
    const alert = known.get(nameOf(fact));
    known.delete(nameOf(fact));
    if (!alert) {
      if (fact.phase === "wrong") decisions.begin.push({ ...fact, opened: fact.waitMs === 0 });
    } else if (alert.openedAt) {
      if (isNews(alert, fact)) decisions.change.push({ ...pick(fact), id: alert.id });
    } else if (fact.phase === "unclear") decisions.forget.push(alert.id);
    else {
      const step = Math.min(Math.max(now.getTime() - alert.lookedAt.getTime(), 0), longestStepMs);
      const held = { id: alert.id, heldMs: alert.heldMs + step };
      if (held.heldMs >= fact.waitMs) decisions.open.push({ ...held, ...pick(fact) });
      else decisions.hold.push(held);
    }
  }
  for (const { id, openedAt, wished } of known.values()) {
    if (openedAt) decisions.resolve.push({ id, resolution: wished ? "recovered" : "withdrawn" });
    else decisions.forget.push(id);
  }
  return decisions;
}

/** While nobody can tell, it is as it was told. */
function isNews(alert: Standing, { phase, code, needsPerson }: Fact): boolean {
  return phase === "wrong" && (alert.code !== code || alert.needsPerson !== needsPerson);
}

const pick = ({ code, needsPerson }: Fact): Pick<Fact, "code" | "needsPerson"> => ({ code, needsPerson });

function nameOf({ billingAccountId, kind, channel, subject }: AlertKey): string {
  return JSON.stringify([billingAccountId, kind, channel, subject]);
}
