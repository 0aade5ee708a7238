/**
 * What the platform's administrators see and do: `GET /api/v1/operator/{gateways,tenants}`,
 * `POST /api/v1/operator/gateways/drain`, `POST /api/v1/operator/tenants/create`. Counts and names; nothing of what a
 * tenant's channels are given, or of what is said on them.
 */
import { z } from "zod";
import { channelStateSchema } from "./channels.ts";
import { billingAccountIdSchema } from "./ids.ts";
import { emailSchema } from "./members.ts";
import { nameSchema } from "./names.ts";

const time = z.iso.datetime();
const count = z.number().int().nonnegative();

/** How many connections are in each state, as they were last seen; a state that none is in is left out. */
export const stateCountsSchema = z.partialRecord(channelStateSchema, count);
export type StateCounts = z.infer<typeof stateCountsSchema>;

export const gatewaySchema = z.strictObject({
  id: z.string(),
  /** Scheme, host and port: without what could let someone in. */
  address: z.string(),
  reachable: z.boolean(),
  /** When it was last looked at; null: never. */
  observedAt: time.nullable(),
  /** The process that writes to it and watches it, and until when unless it renews; null: none does. */
  lease: z.strictObject({ holder: z.string(), until: time }).nullable(),
  /** Whether no new tenants are placed there. */
  draining: z.boolean(),
  /** In connections. */
  capacity: count,
  tenants: count,
  connections: stateCountsSchema,
});
export type GatewayOverview = z.infer<typeof gatewaySchema>;

export const gatewaysSchema = z.strictObject({ gateways: z.array(gatewaySchema) });
export type Gateways = z.infer<typeof gatewaysSchema>;

export const drainRequestSchema = z.strictObject({
  gateway: z.string().min(1).max(128),
  draining: z.boolean(),
});
export type DrainRequest = z.infer<typeof drainRequestSchema>;

export const drainedSchema = z.strictObject({ gateway: z.string(), draining: z.boolean() });
export type Drained = z.infer<typeof drainedSchema>;

export const billingAccountStatusSchema = z.enum(["active", "suspended", "deleting"]);
export type BillingAccountStatus = z.infer<typeof billingAccountStatusSchema>;

export const tenantsQuerySchema = z.strictObject({
  /** Part of an id or a name, whatever the case. */
  search: z.string().max(80).optional(),
  status: billingAccountStatusSchema.optional(),
  gateway: z.string().max(128).optional(),
  /** The id of the last one on the page before. */
  after: billingAccountIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type TenantsQuery = z.output<typeof tenantsQuerySchema>;

export const tenantSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: billingAccountStatusSchema,
  /** Null while no gateway has room. */
  gateway: z.string().nullable(),
  members: count,
  connections: stateCountsSchema,
  createdAt: time,
});
export type TenantOverview = z.infer<typeof tenantSchema>;

export const tenantsPageSchema = z.strictObject({
  /** By id. */
  tenants: z.array(tenantSchema),
  /** For `after`; null on the last page. */
  next: z.string().nullable(),
});
export type TenantsPage = z.infer<typeof tenantsPageSchema>;

export const operatorCreateTenantRequestSchema = z.strictObject({
  /** Made from the name where it is left out. */
  id: billingAccountIdSchema.optional(),
  name: nameSchema,
  /** Who is invited as its first owner. */
  owner: emailSchema,
});
export type OperatorCreateTenantRequest = z.output<typeof operatorCreateTenantRequestSchema>;

/** The link is mailed too; whoever has it may accept, so it is told this once. */
export const operatorCreatedTenantSchema = z.strictObject({
  billingAccountId: z.string(),
  billingAccountName: z.string(),
  invited: z.string(),
  link: z.url(),
});
export type OperatorCreatedTenant = z.infer<typeof operatorCreatedTenantSchema>;
