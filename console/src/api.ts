/**
 * The console's only way to the outside: the public API, each answer parsed by the contract's schema. Whatever goes
 * wrong arrives as one `ApiError`, so that a page has one failure to draw.
 */
import type {
  AcceptedInvitation,
  AcceptInvitationRequest,
  AcknowledgeAlertRequest,
  AcknowledgedAlert,
  AgentSettings,
  AlertMail,
  Alerts,
  ApiKeys,
  AskedDelivery,
  AuditPage,
  ChangeAgentRequest,
  ChangedRole,
  ChangeLimitsRequest,
  ChangeRoleRequest,
  ChangeWebhookRequest,
  ConnectLinkSettings,
  ConnectLinks,
  ConnectRequest,
  ConnectResponse,
  CreateConnectLinkRequest,
  CreatedConnectLink,
  CreatedKey,
  CreateKeyRequest,
  CreateTenantRequest,
  CreateWebhookRequest,
  Credited,
  CreditRequest,
  DecideSenderRequest,
  DecideSenderResponse,
  DeletedTenant,
  DeletedWebhook,
  DeleteTenantRequest,
  DisconnectRequest,
  DisconnectResponse,
  Drained,
  DrainRequest,
  EndedSessions,
  EndSessionsRequest,
  ForgotPasswordRequest,
  Gateways,
  InvitationDetails,
  Invited,
  InviteRequest,
  Limits,
  LookAtInvitationRequest,
  Members,
  OpenConnectLinkRequest,
  OpenedConnectLink,
  OperatorCreatedTenant,
  OperatorCreateTenantRequest,
  OperatorDeleteRequest,
  OperatorUsage,
  OwnTenant,
  OwnTenants,
  Person,
  Problem,
  RemovedMember,
  RemoveMemberRequest,
  RenamedTenant,
  RenameTenantRequest,
  ResetPasswordRequest,
  RevokedConnectLink,
  RevokedInvitation,
  RevokedKey,
  RevokeInvitationRequest,
  RevokeKeyRequest,
  RotateKeyRequest,
  RotateWebhookRequest,
  Senders,
  Sessions,
  SignedIn,
  SignedMessage,
  SignedOut,
  SignInRequest,
  StatusDocument,
  Suspended,
  SuspendRequest,
  TenantsPage,
  Timeline,
  UnlinkWalletRequest,
  UsageCalls,
  UsageReport,
  VerifyEmailRequest,
  WalletChallenge,
  WalletChallengeRequest,
  Wallets,
  WebhookDeliveries,
  WebhookDeliveryDetail,
  WebhookEndpoint,
  WebhookEndpoints,
  WebhookRequest,
  WebhookWithSecret,
} from "@cogni/contract";

/** Longer than the API's own limit of 10 s for a connect, so that its answer wins over ours. */
const TIMEOUT_MS = 20_000;
/** For a file, which is read to its end. */
const FILE_TIMEOUT_MS = 10 * 60_000;

export class ApiError extends Error {
  /** HTTP status; 0 when there was no answer at all. */
  readonly status: number;
  /** The API's own words; null when the answer was not in its form, or there was none. */
  readonly problem: Problem | null;
  /** Where the request was refused for having come too often; else null. */
  readonly limit: Limit | null;

  constructor(status: number, problem: Problem | null, cause?: unknown, retryAfterS: number | null = null) {
    super(problem?.title ?? (status === 0 ? "no answer" : `unexpected answer with status ${status}`), {
      cause,
    });
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
    const at = Date.now();
    this.limit = retryAfterS === null ? null : { at, retryAfterS, retryAt: at + retryAfterS * 1000 };
  }
}

/** Times of this machine's clock, in milliseconds. */
export interface Limit {
  /** When the answer came. */
  readonly at: number;
  readonly retryAfterS: number;
  readonly retryAt: number;
}

/** The tenant of the page that is drawn, as its address names it: each request is for that one, whatever other tabs are about. */
let tenant: string | null = null;

/**
 * Says of which tenant the page is that is drawn now. Not read off the address at each request: on the way back that is a
 * moment ahead of the page. Answers how to take it back.
 */
export function actFor(drawn: string): () => void {
  tenant = drawn;
  return () => {
    if (tenant === drawn) tenant = null;
  };
}

/** What a connect link was exchanged for; null on every page but that of a link. */
let bearer: string | null = null;

/** Says that the requests are by the link that was opened, from now on. Answers how to take it back. */
export function actBy(opened: string): () => void {
  bearer = opened;
  return () => {
    if (bearer === opened) bearer = null;
  };
}

/** Each throws `ApiError`. */
export const api = {
  person: (signal: AbortSignal): Promise<Person> =>
    call((schemas) => schemas.personSchema, "/api/auth/person", { signal }),
  tenants: (signal: AbortSignal): Promise<OwnTenants> =>
    call((schemas) => schemas.ownTenantsSchema, "/api/v1/tenants", { signal }),
  createTenant: (body: CreateTenantRequest): Promise<OwnTenant> =>
    call((schemas) => schemas.ownTenantSchema, "/api/v1/tenants", post(body)),
  renameTenant: (body: RenameTenantRequest): Promise<RenamedTenant> =>
    call((schemas) => schemas.renamedTenantSchema, "/api/v1/tenants/rename", post(body)),
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
  audit: (path: AuditPath, query: Query, signal: AbortSignal): Promise<AuditPage> =>
    call((schemas) => schemas.auditPageSchema, `${path}${search(query)}`, { signal }),
  auditFile: (path: AuditPath, query: Query): Promise<SavedFile> => file(`${path}/export${search(query)}`),
  deleteTenant: (body: DeleteTenantRequest): Promise<DeletedTenant> =>
    call((schemas) => schemas.deletedTenantSchema, "/api/v1/tenants/delete", post(body)),
  status: (signal: AbortSignal): Promise<StatusDocument> =>
    call((schemas) => schemas.statusDocumentSchema, "/api/v1/channels/status", { signal }),
  members: (signal: AbortSignal): Promise<Members> =>
    call((schemas) => schemas.membersSchema, "/api/v1/members", { signal }),
  changeRole: (body: ChangeRoleRequest): Promise<ChangedRole> =>
    call((schemas) => schemas.changedRoleSchema, "/api/v1/members/role", post(body)),
  removeMember: (body: RemoveMemberRequest): Promise<RemovedMember> =>
    call((schemas) => schemas.removedMemberSchema, "/api/v1/members/remove", post(body)),
  invite: (body: InviteRequest): Promise<Invited> =>
    call((schemas) => schemas.invitedSchema, "/api/v1/members/invite", post(body)),
  revokeInvitation: (body: RevokeInvitationRequest): Promise<RevokedInvitation> =>
    call((schemas) => schemas.revokedInvitationSchema, "/api/v1/members/revoke-invitation", post(body)),
  connect: (body: ConnectRequest): Promise<ConnectResponse> =>
    call((schemas) => schemas.connectResponseSchema, "/api/v1/channels/connect", post(body)),
  disconnect: (body: DisconnectRequest): Promise<DisconnectResponse> =>
    call((schemas) => schemas.disconnectResponseSchema, "/api/v1/channels/disconnect", post(body)),
  timeline: (signal: AbortSignal): Promise<Timeline> =>
    call((schemas) => schemas.timelineSchema, "/api/v1/channels/timeline", { signal }),
  senders: (signal: AbortSignal): Promise<Senders> =>
    call((schemas) => schemas.sendersSchema, "/api/v1/senders", { signal }),
  decideSender: (body: DecideSenderRequest): Promise<DecideSenderResponse> =>
    call((schemas) => schemas.decideSenderResponseSchema, "/api/v1/senders", post(body)),
  agent: (signal: AbortSignal): Promise<AgentSettings> =>
    call((schemas) => schemas.agentSettingsSchema, "/api/v1/agent", { signal }),
  changeAgent: (body: ChangeAgentRequest): Promise<AgentSettings> =>
    call((schemas) => schemas.agentSettingsSchema, "/api/v1/agent", post(body)),
  alerts: (signal: AbortSignal): Promise<Alerts> =>
    call((schemas) => schemas.alertsSchema, "/api/v1/alerts", { signal }),
  acknowledgeAlert: (body: AcknowledgeAlertRequest): Promise<AcknowledgedAlert> =>
    call((schemas) => schemas.acknowledgedAlertSchema, "/api/v1/alerts/acknowledge", post(body)),
  alertMail: (signal: AbortSignal): Promise<AlertMail> =>
    call((schemas) => schemas.alertMailSchema, "/api/v1/alerts/mail", { signal }),
  setAlertMail: (body: AlertMail): Promise<AlertMail> =>
    call((schemas) => schemas.alertMailSchema, "/api/v1/alerts/mail", post(body)),
  operatorAlerts: (after: string | null, signal: AbortSignal): Promise<Alerts> =>
    call((schemas) => schemas.alertsSchema, `/api/v1/operator/alerts${search({ after })}`, { signal }),
  acknowledgeOperatorAlert: (body: AcknowledgeAlertRequest): Promise<AcknowledgedAlert> =>
    call((schemas) => schemas.acknowledgedAlertSchema, "/api/v1/operator/alerts/acknowledge", post(body)),
  operatorAlertMail: (signal: AbortSignal): Promise<AlertMail> =>
    call((schemas) => schemas.alertMailSchema, "/api/v1/operator/alerts/mail", { signal }),
  setOperatorAlertMail: (body: AlertMail): Promise<AlertMail> =>
    call((schemas) => schemas.alertMailSchema, "/api/v1/operator/alerts/mail", post(body)),
  signIn: (body: SignInRequest): Promise<SignedIn> =>
    call((schemas) => schemas.signedInSchema, "/api/auth/sign-in/email", post(body)),
  walletChallenge: (body: WalletChallengeRequest): Promise<WalletChallenge> =>
    call((schemas) => schemas.walletChallengeSchema, "/api/auth/wallet/challenge", post(body)),
  walletSignIn: (body: SignedMessage): Promise<SignedIn> =>
    call((schemas) => schemas.signedInSchema, "/api/auth/wallet/sign-in", post(body)),
  wallets: (signal: AbortSignal): Promise<Wallets> =>
    call((schemas) => schemas.walletsSchema, "/api/auth/wallets", { signal }),
  linkWallet: (body: SignedMessage): Promise<Wallets> =>
    call((schemas) => schemas.walletsSchema, "/api/auth/wallets/link", post(body)),
  unlinkWallet: (body: UnlinkWalletRequest): Promise<Wallets> =>
    call((schemas) => schemas.walletsSchema, "/api/auth/wallets/unlink", post(body)),
  lookAtInvitation: (body: LookAtInvitationRequest): Promise<InvitationDetails> =>
    call((schemas) => schemas.invitationDetailsSchema, "/api/auth/invitation/look", post(body)),
  acceptInvitation: (body: AcceptInvitationRequest): Promise<AcceptedInvitation> =>
    call((schemas) => schemas.acceptedInvitationSchema, "/api/auth/invitation/accept", post(body)),
  openConnectLink: (body: OpenConnectLinkRequest): Promise<OpenedConnectLink> =>
    call((schemas) => schemas.openedConnectLinkSchema, "/api/auth/connect-link/open", {
      ...post(body),
      credentials: "omit",
    }),
  connectLinks: (signal: AbortSignal): Promise<ConnectLinks> =>
    call((schemas) => schemas.connectLinksSchema, "/api/v1/connect-links", { signal }),
  createConnectLink: (body: CreateConnectLinkRequest): Promise<CreatedConnectLink> =>
    call((schemas) => schemas.createdConnectLinkSchema, "/api/v1/connect-links", post(body)),
  revokeConnectLink: (id: string): Promise<RevokedConnectLink> =>
    call((schemas) => schemas.revokedConnectLinkSchema, "/api/v1/connect-links/revoke", post({ id })),
  connectLinkSettings: (signal: AbortSignal): Promise<ConnectLinkSettings> =>
    call((schemas) => schemas.connectLinkSettingsSchema, "/api/v1/connect-links/settings", { signal }),
  setConnectLinkSettings: (body: ConnectLinkSettings): Promise<ConnectLinkSettings> =>
    call((schemas) => schemas.connectLinkSettingsSchema, "/api/v1/connect-links/settings", post(body)),
  forgotPassword: (body: ForgotPasswordRequest) =>
    call((schemas) => schemas.forgotPasswordSchema, "/api/auth/password/forget", post(body)),
  resetPassword: (body: ResetPasswordRequest) =>
    call((schemas) => schemas.passwordResetSchema, "/api/auth/password/reset", post(body)),
  verifyEmail: (body: VerifyEmailRequest) =>
    call((schemas) => schemas.emailVerifiedSchema, "/api/auth/email/verify", post(body)),
  sessions: (signal: AbortSignal): Promise<Sessions> =>
    call((schemas) => schemas.sessionsSchema, "/api/auth/sessions", { signal }),
  endSessions: (body: EndSessionsRequest): Promise<EndedSessions> =>
    call((schemas) => schemas.endedSessionsSchema, "/api/auth/sessions/end", post(body)),
  keys: (signal: AbortSignal): Promise<ApiKeys> =>
    call((schemas) => schemas.apiKeysSchema, "/api/v1/keys", { signal }),
  createKey: (body: CreateKeyRequest): Promise<CreatedKey> =>
    call((schemas) => schemas.createdKeySchema, "/api/v1/keys", post(body)),
  rotateKey: (body: RotateKeyRequest): Promise<CreatedKey> =>
    call((schemas) => schemas.createdKeySchema, "/api/v1/keys/rotate", post(body)),
  revokeKey: (body: RevokeKeyRequest): Promise<RevokedKey> =>
    call((schemas) => schemas.revokedKeySchema, "/api/v1/keys/revoke", post(body)),
  webhooks: (signal: AbortSignal): Promise<WebhookEndpoints> =>
    call((schemas) => schemas.webhookEndpointsSchema, "/api/v1/webhooks", { signal }),
  createWebhook: (body: CreateWebhookRequest): Promise<WebhookWithSecret> =>
    call((schemas) => schemas.webhookWithSecretSchema, "/api/v1/webhooks", post(body)),
  changeWebhook: (body: ChangeWebhookRequest): Promise<WebhookEndpoint> =>
    call((schemas) => schemas.webhookEndpointSchema, "/api/v1/webhooks/change", post(body)),
  deleteWebhook: (body: WebhookRequest): Promise<DeletedWebhook> =>
    call((schemas) => schemas.deletedWebhookSchema, "/api/v1/webhooks/delete", post(body)),
  rotateWebhookSecret: (body: RotateWebhookRequest): Promise<WebhookWithSecret> =>
    call((schemas) => schemas.webhookWithSecretSchema, "/api/v1/webhooks/rotate-secret", post(body)),
  pauseWebhook: (body: WebhookRequest): Promise<WebhookEndpoint> =>
    call((schemas) => schemas.webhookEndpointSchema, "/api/v1/webhooks/pause", post(body)),
  resumeWebhook: (body: WebhookRequest): Promise<WebhookEndpoint> =>
    call((schemas) => schemas.webhookEndpointSchema, "/api/v1/webhooks/resume", post(body)),
  testWebhook: (body: WebhookRequest): Promise<AskedDelivery> =>
    call((schemas) => schemas.askedDeliverySchema, "/api/v1/webhooks/test", post(body)),
  webhookDeliveries: (query: Query, signal: AbortSignal): Promise<WebhookDeliveries> =>
    call((schemas) => schemas.webhookDeliveriesSchema, `/api/v1/webhooks/deliveries${search(query)}`, {
      signal,
    }),
  webhookDelivery: (query: { id: string }, signal: AbortSignal): Promise<WebhookDeliveryDetail> =>
    call((schemas) => schemas.webhookDeliveryDetailSchema, `/api/v1/webhooks/delivery${search(query)}`, {
      signal,
    }),
  redeliverWebhook: (body: WebhookRequest): Promise<AskedDelivery> =>
    call((schemas) => schemas.askedDeliverySchema, "/api/v1/webhooks/redeliver", post(body)),
  usage: (query: Query, signal: AbortSignal): Promise<UsageReport> =>
    call((schemas) => schemas.usageReportSchema, `/api/v1/usage${search(query)}`, { signal }),
  usageCalls: (query: Query, signal: AbortSignal): Promise<UsageCalls> =>
    call((schemas) => schemas.usageCallsSchema, `/api/v1/usage/calls${search(query)}`, { signal }),
  usageFile: (query: Query): Promise<SavedFile> => file(`/api/v1/usage/export${search(query)}`),
  limits: (signal: AbortSignal): Promise<Limits> =>
    call((schemas) => schemas.limitsSchema, "/api/v1/limits", { signal }),
  changeLimits: (body: ChangeLimitsRequest): Promise<Limits> =>
    call((schemas) => schemas.limitsSchema, "/api/v1/limits", post(body)),
  operatorUsage: (query: Query, signal: AbortSignal): Promise<OperatorUsage> =>
    call((schemas) => schemas.operatorUsageSchema, `/api/v1/operator/usage${search(query)}`, { signal }),
  addCredit: (body: CreditRequest): Promise<Credited> =>
    call((schemas) => schemas.creditedSchema, "/api/v1/operator/credits", post(body)),
  signOut: (): Promise<SignedOut> =>
    call((schemas) => schemas.signedOutSchema, "/api/auth/sign-out", post({})),
};

/** What a request asks for, by the contract's names; null or empty where nothing is asked. */
type Query = Readonly<Record<string, string | null>>;

/** Of the contract's TenantsQuery; null where nothing is asked. */
type OperatorTenantsQuery = Readonly<Record<"search" | "status" | "gateway" | "after", string | null>>;

type AuditPath = "/api/v1/audit" | "/api/v1/operator/audit";

export interface SavedFile {
  readonly blob: Blob;
  /** As the answer calls it. */
  readonly name: string;
}

/** A file of any length. */
async function file(path: string): Promise<SavedFile> {
  const response = await answer(path, { headers: { accept: "*/*" } }, FILE_TIMEOUT_MS);
  const [, name = "file"] =
    /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
  try {
    return { blob: await response.blob(), name };
  } catch (cause) {
    throw new ApiError(0, null, cause);
  }
}

/** As the part of an address behind its question mark; what is empty is left out. */
function search(query: Query): string {
  return `?${new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : [])))}`;
}

type Schemas = typeof import("@cogni/contract");

/** The schemas, 30 KB of script, arrive while the first request is under way and keep no page waiting. */
const loadSchemas = (): Promise<Schemas> => import("@cogni/contract");

async function call<T>(
  pick: (schemas: Schemas) => { parse(value: unknown): T },
  path: string,
  init: RequestInit,
): Promise<T> {
  const [response, schemas] = await Promise.all([answer(path, init), loadSchemas()]);
  try {
    return pick(schemas).parse(await response.json());
  } catch (cause) {
    throw new ApiError(response.status, null, cause);
  }
}

async function answer(path: string, init: RequestInit, timeoutMs = TIMEOUT_MS): Promise<Response> {
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
  const by = asWhom();
  let response: Response;
  try {
    response = await fetch(path, {
      ...by,
      ...init,
      signal,
      headers: { accept: "application/json", ...by.headers, ...init.headers },
    });
  } catch (cause) {
    throw new ApiError(0, null, cause);
  }
  if (!response.ok) {
    throw new ApiError(response.status, await problemOf(response), undefined, secondsToRetry(response));
  }
  return response;
}

/**
 * Who asks, and for which tenant. By a link no cookie goes along: whoever is signed in in the same browser is someone else. The
 * header of the tenant is the contract's TENANT_HEADER, whose module is not loaded this early.
 */
export function asWhom(): { headers: Record<string, string>; credentials?: "omit" } {
  if (bearer !== null) return { headers: { authorization: `Bearer ${bearer}` }, credentials: "omit" };
  return { headers: tenant === null ? {} : { "Billing-Account": tenant } };
}

/** Of a refused request; what is away without an end in sight has a header like it, and is not waited for. */
function secondsToRetry({ status, headers }: Response): number | null {
  const seconds = Number(headers.get("retry-after"));
  return status === 429 && Number.isInteger(seconds) && seconds > 0 ? seconds : null;
}

/** A proxy on the way answers failures in a form of its own: that has no words for a page. */
async function problemOf(response: Response): Promise<Problem | null> {
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  if (!isProblem) return null;
  const { problemSchema } = await loadSchemas();
  const parsed = problemSchema.safeParse(await response.json());
  return parsed.success ? parsed.data : null;
}

function post(body: object): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}
