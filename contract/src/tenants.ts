/**
 * The tenants of a person: `GET|POST /api/v1/tenants`, `POST /api/v1/tenants/rename|delete`; and what the platform's
 * administrators do to any: `POST /api/v1/operator/tenants/suspend|resume|delete`.
 */
import { z } from "zod";
import { roleSchema, SCOPES } from "./access.ts";
import { billingAccountIdSchema } from "./ids.ts";
import { nameSchema } from "./names.ts";

const namedTenantSchema = z.object({ billingAccountId: z.string(), billingAccountName: z.string() });

export const ownTenantSchema = namedTenantSchema.extend({
  role: roleSchema,
  /** What that role may do, so that a page offers no more. */
  scopes: z.array(z.enum(SCOPES)).readonly(),
  /** Of a suspended one the API answers nothing but `tenant_suspended`. */
  status: z.enum(["active", "suspended"]),
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

/** The name as it is typed: it has to be the tenant's, letter by letter. */
const typedName = z.string().max(200);

export const deleteTenantRequestSchema = z.strictObject({ name: typedName });
export type DeleteTenantRequest = z.output<typeof deleteTenantRequestSchema>;

/** From now on nothing of it can be used; it is gone when everything of it is erased. */
export const deletedTenantSchema = z.object({ billingAccountId: z.string(), status: z.literal("deleting") });
export type DeletedTenant = z.infer<typeof deletedTenantSchema>;

export const suspendRequestSchema = z.strictObject({ billingAccountId: billingAccountIdSchema });
export type SuspendRequest = z.input<typeof suspendRequestSchema>;

export const suspendedSchema = z.object({
  billingAccountId: z.string(),
  status: z.enum(["active", "suspended"]),
});
export type Suspended = z.infer<typeof suspendedSchema>;

export const operatorDeleteRequestSchema = z.strictObject({
  billingAccountId: billingAccountIdSchema,
  name: typedName,
});
export type OperatorDeleteRequest = z.input<typeof operatorDeleteRequestSchema>;
