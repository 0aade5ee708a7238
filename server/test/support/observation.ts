/** A gateway's account row with nothing in it but what a test names. */
import { type AccountObservation, accountObservationSchema } from "../../src/gateway/snapshot.ts";

export function observation(row: Partial<AccountObservation>): AccountObservation {
  return { ...accountObservationSchema.parse({ enabled: true, configured: true }), ...row };
}
