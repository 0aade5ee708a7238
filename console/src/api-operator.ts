/** What there is to ask for the platform's administrators; a part of `api.ts`. */
import type {
  AcknowledgeAlertRequest,
  AcknowledgedAlert,
  AlertMail,
  Alerts,
  Credited,
  CreditRequest,
  DeletedTenant,
  Drained,
  DrainRequest,
  Gateways,
  OperatorCreatedTenant,
  OperatorCreateTenantRequest,
  OperatorDeleteRequest,
  OperatorUsage,
  Suspended,
  SuspendRequest,
  TenantsPage,
} from "@cogni/contract";
import { call, post, type Query, search } from "./api-call.ts";

/** Each throws `ApiError`. */
export const operatorApi = {
  operatorGateways: (signal: AbortSignal): Promise<Gateways> =>
    call((schemas) => schemas.gatewaysSchema, "/api/v1/operator/gateways", { signal }),
  drainGateway: (body: DrainRequest): Promise<Drained> =>
    call((schemas) => schemas.drainedSchema, "/api/v1/operator/gateways/drain", post(body)),
  operatorTenants: (query: OperatorTenantsQuery, signal: AbortSignal): Promise<TenantsPage> =>
    call((schemas) => schemas.tenantsPageSchema, `/api/v1/operator/tenants${search(query)}`, { signal }),
  operatorCreateTenant: (body: OperatorCreateTenantRequest): Promise<OperatorCreatedTenant> =>
    call((schemas) => schemas.operatorCreatedTenantSchema, "/api/v1/operator/tenants/create", post(body)),
  suspendTenant: (body: SuspendRequest): Promise<Suspended> =>
    call((schemas) => schemas.suspendedSchema, "/api/v1/operator/tenants/suspend", post(body)),
  resumeTenant: (body: SuspendRequest): Promise<Suspended> =>
    call((schemas) => schemas.suspendedSchema, "/api/v1/operator/tenants/resume", post(body)),
  operatorDeleteTenant: (body: OperatorDeleteRequest): Promise<DeletedTenant> =>
    call((schemas) => schemas.deletedTenantSchema, "/api/v1/operator/tenants/delete", post(body)),
  operatorAlerts: (after: string | null, signal: AbortSignal): Promise<Alerts> =>
    call((schemas) => schemas.alertsSchema, `/api/v1/operator/alerts${search({ after })}`, { signal }),
  acknowledgeOperatorAlert: (body: AcknowledgeAlertRequest): Promise<AcknowledgedAlert> =>
    call((schemas) => schemas.acknowledgedAlertSchema, "/api/v1/operator/alerts/acknowledge", post(body)),
  operatorAlertMail: (signal: AbortSignal): Promise<AlertMail> =>
    call((schemas) => schemas.alertMailSchema, "/api/v1/operator/alerts/mail", { signal }),
  setOperatorAlertMail: (body: AlertMail): Promise<AlertMail> =>
    call((schemas) => schemas.alertMailSchema, "/api/v1/operator/alerts/mail", post(body)),
  operatorUsage: (query: Query, signal: AbortSignal): Promise<OperatorUsage> =>
    call((schemas) => schemas.operatorUsageSchema, `/api/v1/operator/usage${search(query)}`, { signal }),
  addCredit: ({ key, ...body }: CreditRequest & { readonly key: string }): Promise<Credited> =>
    call((schemas) => schemas.creditedSchema, "/api/v1/operator/credits", post(body, key)),
};

/** Of the contract's TenantsQuery; null where nothing is asked. */
type OperatorTenantsQuery = Readonly<Record<"search" | "status" | "gateway" | "after", string | null>>;
