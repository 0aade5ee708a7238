/** The tenants of a person: `GET|POST /api/v1/tenants`, `POST /api/v1/tenants/rename`. */
import { z } from "zod";
import { roleSchema, SCOPES } from "./access.ts";
import { billingAccountIdSchema } from "./ids.ts";
import { nameSchema } from "./names.ts";

const namedTenantSchema = z.object({ billingAccountId: z.string(), billingAccountName: z.string() });

export const ownTenantSchema = namedTenantSchema.extend({
  role: roleSchema,
  /** What that role may do, so that a page offers no more. */
  scopes: z.array(z.enum(SCOPES)).readonly(),
});
export type OwnTenant = z.infer<typeof ownTenantSchema>;

/** In the order in which the person became a member: without a header the first one is meant. */
export const ownTenantsSchema = z.object({
  tenants: z.array(ownTenantSchema),
  /** Whether people make tenants themselves; else the operator does. */
  mayCreate: z.boolean(),
});
export type OwnTenants = z.infer<typeof ownTenantsSchema>;

export const createTenantRequestSchema = z.strictObject({ id: billingAccountIdSchema, name: nameSchema });
export type CreateTenantRequest = z.output<typeof createTenantRequestSchema>;

export const renameTenantRequestSchema = z.strictObject({ name: nameSchema });
export type RenameTenantRequest = z.output<typeof renameTenantRequestSchema>;

export const renamedTenantSchema = namedTenantSchema;
export type RenamedTenant = z.infer<typeof renamedTenantSchema>;
