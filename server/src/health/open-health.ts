/** The health of this process, put together: what it stands on, whether it gets round to it, and what it says when asked. */
import type { Closing } from "../closing.ts";
import type { Logger } from "../log.ts";
import { componentsOf, type HealthSources } from "./components.ts";
import { watchEventLoop } from "./event-loop.ts";
import { createMonitor, type Monitor } from "./monitor.ts";

export interface OpenHealth extends Monitor {
  /** For how long this process answered nothing and nobody, lately. */
  longestDelayMs(): number;
  /** From now on the gateways can reach this process. */
  internalPortOpened(): void;
}

export function openHealth(
  sources: Omit<HealthSources, "eventLoop" | "internalPortOpen">,
  closing: Closing,
  log: Logger,
): OpenHealth {
  const eventLoop = watchEventLoop();
  let isOpen = false;
  const components = componentsOf({ ...sources, eventLoop, internalPortOpen: () => isOpen });
  closing.add("database", "event loop", eventLoop.stop);
  return {
    ...createMonitor(components, closing, log),
    longestDelayMs: eventLoop.longestDelayMs,
    internalPortOpened() {
      isOpen = true;
    },
  };
}
