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
  DecideSenderRequest,
  DecideSenderResponse,
  DeletedTenant,
  DeletedWebhook,
  DeleteTenantRequest,
  DisconnectRequest,
  DisconnectResponse,
  EndedSessions,
  EndSessionsRequest,
  ForgotPasswordRequest,
  InvitationDetails,
  Invited,
  InviteRequest,
  Limits,
  LookAtInvitationRequest,
  Members,
  OpenConnectLinkRequest,
  OpenedConnectLink,
  OwnTenant,
  OwnTenants,
  Person,
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
import { call, file, post, type Query, type SavedFile, search } from "./api-call.ts";
import { operatorApi } from "./api-operator.ts";

/** Each throws `ApiError`. */
export const api = {
  ...operatorApi,
  person: (signal: AbortSignal): Promise<Person> =>
    call((schemas) => schemas.personSchema, "/api/auth/person", { signal }),
  tenants: (signal: AbortSignal): Promise<OwnTenants> =>
    call((schemas) => schemas.ownTenantsSchema, "/api/v1/tenants", { signal }),
  createTenant: (body: CreateTenantRequest): Promise<OwnTenant> =>
    call((schemas) => schemas.ownTenantSchema, "/api/v1/tenants", post(body)),
  renameTenant: (body: RenameTenantRequest): Promise<RenamedTenant> =>
    call((schemas) => schemas.renamedTenantSchema, "/api/v1/tenants/rename", post(body)),
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
  signOut: (): Promise<SignedOut> =>
    call((schemas) => schemas.signedOutSchema, "/api/auth/sign-out", post({})),
};

type AuditPath = "/api/v1/audit" | "/api/v1/operator/audit";
