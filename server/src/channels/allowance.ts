/**
 * How often a caller may ask for what reaches a messenger. Each call is counted, and what it comes to is counted beside it,
 * so that asking for what is so already is cheap, and flooding is not.
 */
import type { Principal } from "../auth/principal.ts";
import type { Db } from "../db/pool.ts";
import { type Counted, type Counter, createCounter, type Window } from "../db/rate-limits.ts";
import { AppError } from "../errors.ts";
import { networkOf } from "../network.ts";

const ACTS = ["calls", "connect", "disconnect", "code", "refused"] as const;
/**
 * `calls`: any at all. `connect`, `disconnect`: one that changes something. `code`: a login by a code of its own. `refused`:
 * a credential that was refused, or is somebody else's.
 */
export type Act = (typeof ACTS)[number];

export type Limits = Readonly<Record<Act, Window>> & { readonly addressFactor: number };

/** One limit, and what is left of it. */
export interface Quota {
  readonly name: string;
  readonly max: number;
  readonly windowMs: number;
  readonly left: number;
  readonly endsInMs: number;
}

export interface Charge {
  /** Nothing was changed. @throws AppError database_unavailable */
  giveBack(): Promise<void>;
}

/** Of one request. */
export interface Allowance {
  /** Counts one, or none where a limit refuses it. @throws AppError rate_limited, database_unavailable */
  take(act: Act): Promise<Charge>;
  /** Counts none. @throws AppError rate_limited, database_unavailable */
  require(act: Act): Promise<void>;
  /** Counts what has happened already. @throws AppError database_unavailable */
  note(act: Act): Promise<void>;
  /** What the caller was told of so far, as it is now. */
  quotas(): readonly Quota[];
}

/** @param address where the request came from */
export type Allowances = (principal: Principal, address: string) => Allowance;

/**
 * Whose requests are counted together. Programs call by key for all of a platform's tenants, from one address: they are
 * counted by tenant alone. One link is kept to half of what its tenant may, so that whoever holds it locks nobody out.
 */
type Scope = "tenant" | "link" | "address";
const SCOPES: readonly Scope[] = ["tenant", "link", "address"];

/**
 * Credentials are guessed slowly, too: four times as many in 144 times as long, which is a day where the first window is
 * ten minutes.
 */
const LONG = { times: 4, asLong: 144 };

interface Measure {
  readonly name: string;
  readonly counter: Counter;
}

export function createAllowances(db: Db, limits: Limits): Allowances {
  const measures = new Map(
    ACTS.flatMap((act) => SCOPES.map((scope) => [`${act} ${scope}`, measuresOf(db, act, scope, limits)])),
  );
  return (principal, address) => {
    const keys = keysOf(principal, address);
    const told = new Map<string, Quota>();

    const tell = ({ name, counter: { max, windowMs } }: Measure, { left, endsInMs }: Counted) =>
      void told.set(name, { name, max, windowMs, left, endsInMs });
    /** Every counter that counts the act for this caller is asked, at once, and told of in their order. */
    async function count(act: Act, how: "take" | "look") {
      const asked = keys.flatMap(([scope, key]) =>
        (measures.get(`${act} ${scope}`) ?? []).map(async (measure) => ({
          measure,
          key,
          ...(await measure.counter[how](key)),
        })),
      );
      const counted = await Promise.all(asked);
      for (const one of counted) tell(one.measure, one);
      return counted;
    }

    return {
      async take(act) {
        const counted = await count(act, "take");
        const giveBack = async () => {
          const taken = counted.filter(({ allowed }) => allowed);
          await Promise.all(taken.map(({ measure, key }) => measure.counter.giveBack(key)));
          for (const one of taken) tell(one.measure, { ...one, left: one.left + 1 });
        };
        if (counted.every(({ allowed }) => allowed)) return { giveBack };
        await giveBack();
        throw tooOften(act, counted);
      },
      async require(act) {
        const counted = await count(act, "look");
        if (!counted.every(({ allowed }) => allowed)) throw tooOften(act, counted);
      },
      async note(act) {
        await count(act, "take");
      },
      quotas: () => [...told.values()],
    };
  };
}

function measuresOf(db: Db, act: Act, scope: Scope, limits: Limits): Measure[] {
  const { max, windowMs } = limits[act];
  const share = scope === "address" ? limits.addressFactor : scope === "link" ? 0.5 : 1;
  const measure = (suffix: string, window: Window): Measure => {
    const name = `${act}${suffix}${scope === "tenant" ? "" : `-${scope}`}`;
    return { name, counter: createCounter(db, name, window) };
  };
  const first = { max: Math.ceil(max * share), windowMs };
  if (act !== "refused") return [measure("", first)];
  const long = { max: first.max * LONG.times, windowMs: windowMs * LONG.asLong };
  return [measure("", first), measure("-long", long)];
}

function keysOf(
  { billingAccountId, actor }: Principal,
  address: string,
): readonly (readonly [Scope, string])[] {
  return [
    ["tenant", billingAccountId],
    ...(actor.kind === "link" ? ([["link", actor.id]] as const) : []),
    ...(actor.kind === "key" ? [] : ([["address", networkOf(address)]] as const)),
  ];
}

function tooOften(act: Act, counted: readonly Counted[]): AppError {
  const waits = counted.filter(({ allowed }) => !allowed).map(({ endsInMs }) => endsInMs);
  return new AppError("rate_limited", {
    retryAfterS: Math.max(...waits) / 1000,
    ...(act === "refused" && { detail: "Many credentials were refused, so the next one has to wait." }),
  });
}
