/**
 * A wire between two of our parts that breaks on demand. Bytes go through as they are, whatever the protocol. What it can't
 * do from user space is to lose the very first packet: where nothing gets through, a connection still opens, and stays silent.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterAll } from "vitest";

export type WireFault =
  /** Each piece comes so much later, and up to so much more, never before the one ahead of it. */
  | { readonly kind: "delay"; readonly ms: number; readonly jitterMs?: number }
  /** As much of each direction of each connection as a poor line takes. */
  | { readonly kind: "slow"; readonly bytesPerSecond: number }
  /** Nothing gets through; when it is over, all that waited does. */
  | { readonly kind: "stall" }
  /** What is sent vanishes, the end of a connection included. A connection that this has met never works again. */
  | { readonly kind: "half-open" }
  /** Nobody listens, and who was connected is cut off. */
  | { readonly kind: "refuse" };

export interface FaultProxy {
  readonly port: number;
  /** Until the next fault, or null. */
  inject(fault: WireFault | null): Promise<void>;
  /** Ends the connections that are open now, by a reset or in order. */
  cut(how: "reset" | "end"): void;
  /**
   * Of the connections that are open now, those whose first bytes hold this never work again, and nobody is told: as where
   * a firewall forgot them. Answers how many.
   */
  forget(opening?: string): number;
  /** How many are open. */
  open(): number;
}

interface Wire {
  readonly near: Socket;
  readonly far: Socket;
  opening: string;
  dead: boolean;
}

const OPENING_BYTES = 1_024;
const noise = (): void => undefined;

/**
 * Closed after the file's last test.
 * @param to where it leads, on this machine
 * @param port where it listens; a free one by default
 */
export async function startFaultProxy(to: number, port = 0): Promise<FaultProxy> {
  const wires = new Set<Wire>();
  let fault: WireFault | null = null;
  const server = createServer(accept);

  function accept(near: Socket): void {
    const far = connect(to, "127.0.0.1");
    const wire: Wire = { near, far, opening: "", dead: fault?.kind === "half-open" };
    wires.add(wire);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      if (fault?.kind === "stall") socket.pause();
    }
    near.on("data", (piece) => {
      if (wire.opening.length < OPENING_BYTES) wire.opening += piece.toString("latin1");
    });
    pump(wire, near, far);
    pump(wire, far, near);
  }

  /** Passes on what comes from one end, and how it ends. */
  function pump(wire: Wire, from: Socket, to: Socket): void {
    let due = 0;
    const pass = (bytes: number, action: () => void): void => {
      if (wire.dead) return;
      const now = Date.now();
      due = Math.max(due, now + lateness()) + transmission(bytes);
      const act = (): void => {
        if (!wire.dead) action();
      };
      if (due <= now) act();
      else setTimeout(act, due - now);
    };
    from.on("data", (piece) => pass(piece.length, () => to.write(piece)));
    from.on("end", () => pass(0, () => to.end()));
    // Whoever was cut off has no more to say of it than `close` does.
    from.on("error", noise);
    from.on("close", (broken) => {
      if (wire.dead) return;
      // A refused or a reset connection is so for the other end, too.
      if (broken) to.resetAndDestroy();
      if (to.destroyed) wires.delete(wire);
    });
  }

  const lateness = (): number =>
    fault?.kind === "delay" ? fault.ms + Math.random() * (fault.jitterMs ?? 0) : 0;
  const transmission = (bytes: number): number =>
    fault?.kind === "slow" ? (bytes / fault.bytesPerSecond) * 1_000 : 0;

  function cut(how: "reset" | "end"): void {
    for (const wire of [...wires]) {
      for (const socket of [wire.near, wire.far]) {
        if (how === "reset") socket.resetAndDestroy();
        else socket.end();
      }
      if (how === "reset") wires.delete(wire);
    }
  }

  async function listen(): Promise<void> {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  }

  afterAll(() => {
    server.close();
    cut("reset");
  });
  await listen();
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  port = address.port;

  return {
    port,
    async inject(next) {
      const wasRefusing = fault?.kind === "refuse";
      fault = next;
      for (const wire of wires) {
        if (next?.kind === "half-open") wire.dead = true;
        for (const socket of [wire.near, wire.far]) {
          if (next?.kind === "stall") socket.pause();
          else socket.resume();
        }
      }
      if (next?.kind === "refuse") {
        server.close();
        cut("reset");
      } else if (wasRefusing) await listen();
    },
    cut,
    forget(opening = "") {
      const some = [...wires].filter((wire) => !wire.dead && wire.opening.includes(opening));
      for (const wire of some) wire.dead = true;
      return some.length;
    },
    open: () => [...wires].filter(({ dead }) => !dead).length,
  };
}
