/** The tenants of a person: `GET|POST /api/v1/tenants`, `POST /api/v1/tenants/rename`. */
import { z } from "zod";
import { roleSchema } from "./access.ts";
import { billingAccountIdSchema } from "./ids.ts";
import { nameSchema } from "./names.ts";

export const ownTenantSchema = z.object({
  billingAccountId: z.string(),
  billingAccountName: z.string(),
  role: roleSchema,
});
export type OwnTenant = z.infer<typeof ownTenantSchema>;

/** In the order in which the person became a member: without a header the first one is meant. */
export const ownTenantsSchema = z.object({ tenants: z.array(ownTenantSchema) });
export type OwnTenants = z.infer<typeof ownTenantsSchema>;

export const createTenantRequestSchema = z.strictObject({ id: billingAccountIdSchema, name: nameSchema });
export type CreateTenantRequest = z.output<typeof createTenantRequestSchema>;

export const renameTenantRequestSchema = z.strictObject({ name: nameSchema });
export type RenameTenantRequest = z.output<typeof renameTenantRequestSchema>;

export const renamedTenantSchema = ownTenantSchema.omit({ role: true });
export type RenamedTenant = z.infer<typeof renamedTenantSchema>;
