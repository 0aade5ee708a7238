/** What the messengers call the accounts that are up; being connected does not wait for it. */
import { recordDisplayName } from "../db/connection-outcomes.ts";
import { type ConnectionKey, connectionByKey, type PlacedConnection } from "../db/connections.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import type { Gateway } from "../gateway/gateway.ts";

export interface NamingDeps {
  readonly db: Db;
  readonly gateway: Pick<Gateway, "displayName">;
}

/** Both ask for those alone that have no name yet, and for none that is asked for already. */
export interface Naming {
  ofAccount(key: ConnectionKey): Promise<void>;
  ofAll(connections: readonly PlacedConnection[]): Promise<void>;
}

export function createNaming({ db, gateway }: NamingDeps): Naming {
  const underWay = new Set<string>();

  async function name(connection: PlacedConnection): Promise<void> {
    if (underWay.has(connection.id)) return;
    underWay.add(connection.id);
    try {
      const found = await gateway.displayName(connection);
      if (found) await withService(db, (tx) => recordDisplayName(tx, connection, found));
    } finally {
      underWay.delete(connection.id);
    }
  }

  return {
    async ofAccount(key) {
      const connection = await withService(db, (tx) => connectionByKey(tx, key));
      if (connection && isNameless(connection)) await name(connection);
    },
    async ofAll(connections) {
      await Promise.all(connections.filter(isNameless).map(name));
    },
  };
}

/** Up with this credential, and its name not known yet. */
function isNameless({ connectedAt, displayName, desiredState, suspended }: PlacedConnection): boolean {
  return connectedAt !== null && displayName === null && desiredState === "connected" && !suspended;
}
