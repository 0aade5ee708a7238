/** What is broken, where, for how long, and how soon tenants are to be told and all is to be well again. */
import type { FaultProxy, WireFault } from "./proxy.ts";
import type { Wires } from "./wires.ts";

export interface Fault {
  readonly name: string;
  /** Zero for what happens in an instant. */
  readonly forMs: number;
  begin(wires: Wires): Promise<void> | void;
  end(wires: Wires): Promise<void> | void;
  /** What tenants are told while it lasts, at the latest after so many ms; null: they need not notice. */
  readonly told: { readonly by: "database_unavailable" | "unknown"; readonly withinMs: number } | null;
  /** Whether it lasts long enough for an alert of the operator's. */
  readonly alerts?: boolean;
}

type Place = keyof Wires;

const LASTS_MS = 20_000;
/** An operator is told of a gateway that does not answer for 30 s. */
const LASTS_LONG_MS = 50_000;
/** Between two cuts of a line that does not hold. */
const FLAPS_MS = 2_000;
const LISTENS = "cogni-listen";
const PLACES: Record<Place, string> = {
  database: "control plane ↔ database",
  gateway: "control plane ↔ gateway",
  internal: "gateway ↔ control plane (credentials)",
};

/** A query is given up after 12 s, and one that finds no connection after 5 s; the rest is for a busy machine. */
const REFUSED = { by: "database_unavailable", withinMs: 8_000 } as const;
const SILENT = { by: "database_unavailable", withinMs: 18_000 } as const;
/** After 3 s away it is called unreachable, and a call is given up after 10 s. */
const GONE = { by: "unknown", withinMs: 12_000 } as const;
const MUTE = { by: "unknown", withinMs: 20_000 } as const;

const LATE: WireFault = { kind: "delay", ms: 200, jitterMs: 200 };
const POOR: WireFault = { kind: "slow", bytesPerSecond: 50_000 };

export const FAULTS: readonly Fault[] = [
  instant("database", "all connections reset", (wire) => wire.cut("reset")),
  instant("database", "all connections closed in order", (wire) => wire.cut("end")),
  instant("database", "open connections forgotten, nobody told", (wire) => wire.forget()),
  instant("database", "the listening connection forgotten", (wire) => wire.forget(LISTENS)),
  flapping("database"),
  lasting("database", "200 to 400 ms later each way", LATE, null),
  lasting("database", "50 KB/s", POOR, null),
  lasting("database", "refused", { kind: "refuse" }, REFUSED),
  lasting("database", "stalled, then all at once", { kind: "stall" }, SILENT),
  lasting("database", "half-open", { kind: "half-open" }, SILENT),

  instant("gateway", "connection reset", (wire) => wire.cut("reset")),
  instant("gateway", "connection closed in order", (wire) => wire.cut("end")),
  instant("gateway", "connection forgotten, nobody told", (wire) => wire.forget()),
  flapping("gateway"),
  lasting("gateway", "200 to 400 ms later each way", LATE, null),
  lasting("gateway", "50 KB/s", POOR, null),
  lasting("gateway", "refused", { kind: "refuse" }, GONE),
  { ...lasting("gateway", "refused for long", { kind: "refuse" }, GONE), forMs: LASTS_LONG_MS, alerts: true },
  lasting("gateway", "stalled, then all at once", { kind: "stall" }, MUTE),
  lasting("gateway", "half-open", { kind: "half-open" }, MUTE),

  lasting("internal", "refused", { kind: "refuse" }, null),
  lasting("internal", "half-open", { kind: "half-open" }, null),
  lasting("internal", "3 s later each way", { kind: "delay", ms: 3_000 }, null),
  {
    name: "control plane ↔ database and gateway: refused",
    forMs: LASTS_MS,
    begin: ({ database, gateway }) => both(database, gateway, { kind: "refuse" }),
    end: ({ database, gateway }) => both(database, gateway, null),
    told: REFUSED,
  },
];

function instant(place: Place, what: string, act: (wire: FaultProxy) => void): Fault {
  return {
    name: `${PLACES[place]}: ${what}`,
    forMs: 0,
    begin: (wires) => act(wires[place]),
    end: () => undefined,
    told: null,
  };
}

function lasting(place: Place, what: string, fault: WireFault, told: Fault["told"]): Fault {
  return {
    name: `${PLACES[place]}: ${what}`,
    forMs: LASTS_MS,
    begin: (wires) => wires[place].inject(fault),
    end: (wires) => wires[place].inject(null),
    told,
  };
}

function flapping(place: Place): Fault {
  let timer: NodeJS.Timeout;
  return {
    name: `${PLACES[place]}: reset every ${FLAPS_MS / 1_000} s`,
    forMs: LASTS_MS,
    begin(wires) {
      wires[place].cut("reset");
      timer = setInterval(() => wires[place].cut("reset"), FLAPS_MS);
    },
    end: () => clearInterval(timer),
    told: null,
  };
}

async function both(one: FaultProxy, other: FaultProxy, fault: WireFault | null): Promise<void> {
  await Promise.all([one.inject(fault), other.inject(fault)]);
}
