/** Who is signed in, whatever their tenants: `GET /api/auth/person`. */
import { z } from "zod";

export const personSchema = z.strictObject({
  name: z.string(),
  email: z.string(),
  /** Whether they look after the installation: its gateways, and which tenants there are. */
  platformAdministrator: z.boolean(),
});
export type Person = z.infer<typeof personSchema>;
