/** A world whose control plane reaches database and gateway, and is reached by the gateway, through wires that break on demand. */
import { freePort } from "../../../dev-env/src/ports.ts";
import { isComplete } from "../../../dev-env/src/stack.ts";
import { type Breakable, eventually } from "../breakable.ts";
import { type FaultProxy, startFaultProxy } from "./proxy.ts";

export interface Wires {
  /** All three roles' connections, and the one that listens for notifications. */
  readonly database: FaultProxy;
  readonly gateway: FaultProxy;
  /** The gateway's own way to the control plane, by which it asks for credentials. */
  readonly internal: FaultProxy;
}

/** Starts the control plane anew. What goes through the world's own addresses still goes past every fault. */
export async function putOnWires(parts: Breakable): Promise<Wires> {
  const { env, gateway } = parts.world;
  const internalPort = await freePort();
  await parts.stopControlPlane();
  const wires: Wires = {
    database: await startFaultProxy(portOf(env.DATABASE_URL)),
    gateway: await startFaultProxy(portOf(gateway.url)),
    internal: await startFaultProxy(internalPort, Number(env.INTERNAL_PORT)),
  };
  await parts.startControlPlane({
    DATABASE_URL: through(env.DATABASE_URL, wires.database),
    DATABASE_SERVICE_URL: through(env.DATABASE_SERVICE_URL, wires.database),
    DATABASE_OWNER_URL: through(env.DATABASE_OWNER_URL, wires.database),
    OPENCLAW_GATEWAY_URL: through(gateway.url, wires.gateway),
    INTERNAL_PORT: String(internalPort),
  });
  // It listens before it has reached the gateway; until then wishes are kept, and answered 502.
  await eventually(async () => {
    if (!(await isComplete(Number(env.PORT)))) throw new Error("the gateway is not reached yet");
  });
  return wires;
}

const portOf = (url = ""): number => Number(new URL(url).port);

function through(url = "", { port }: FaultProxy): string {
  const other = new URL(url);
  other.port = String(port);
  return other.href;
}
