/** The HTTP API: its routes, what surrounds each of them, and the document that describes them. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { sessionCookie } from "../auth/session-cookie.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { ApiEnv, Call } from "./call.ts";
import { addHealth } from "./health.ts";
import { observed } from "./observe.ts";
import { answerProblem, logProblem } from "./problem.ts";
import type { Route } from "./route.ts";
import { acceptInvitation } from "./routes/accept-invitation.ts";
import { acknowledgeAlert } from "./routes/acknowledge-alert.ts";
import { acknowledgeOperatorAlert } from "./routes/acknowledge-operator-alert.ts";
import { addCredit } from "./routes/add-credit.ts";
import { getAlertMail, setAlertMail } from "./routes/alert-mail.ts";
import { changeAgent } from "./routes/change-agent.ts";
import { changeLimits } from "./routes/change-limits.ts";
import { changeRole } from "./routes/change-role.ts";
import { changeWebhook } from "./routes/change-webhook.ts";
import { connectChannel } from "./routes/connect-channel.ts";
import { connectLinkSettings } from "./routes/connect-link-settings.ts";
import { createConnectLink } from "./routes/create-connect-link.ts";
import { createKey } from "./routes/create-key.ts";
import { createOperatorTenant } from "./routes/create-operator-tenant.ts";
import { createTenant } from "./routes/create-tenant.ts";
import { createWebhook } from "./routes/create-webhook.ts";
import { decideSenders } from "./routes/decide-senders.ts";
import { deleteOperatorTenant } from "./routes/delete-operator-tenant.ts";
import { deleteTenant } from "./routes/delete-tenant.ts";
import { deleteWebhook } from "./routes/delete-webhook.ts";
import { disconnectChannel } from "./routes/disconnect-channel.ts";
import { drainGateway } from "./routes/drain-gateway.ts";
import { endSessions } from "./routes/end-sessions.ts";
import { exportAudit, exportOperatorAudit } from "./routes/export-audit.ts";
import { exportUsage } from "./routes/export-usage.ts";
import { forgotPassword } from "./routes/forgot-password.ts";
import { getAgent } from "./routes/get-agent.ts";
import { getAlerts } from "./routes/get-alerts.ts";
import { getAudit, getOperatorAudit } from "./routes/get-audit.ts";
import { getChannelsStatus } from "./routes/get-channels-status.ts";
import { getChannelsTimeline } from "./routes/get-channels-timeline.ts";
import { getConnectLinks } from "./routes/get-connect-links.ts";
import { getKeys } from "./routes/get-keys.ts";
import { getLimits } from "./routes/get-limits.ts";
import { getMe } from "./routes/get-me.ts";
import { getMembers } from "./routes/get-members.ts";
import { getOperatorAlerts } from "./routes/get-operator-alerts.ts";
import { getOperatorGateways } from "./routes/get-operator-gateways.ts";
import { getOperatorTenants } from "./routes/get-operator-tenants.ts";
import { getOperatorUsage } from "./routes/get-operator-usage.ts";
import { getPerson } from "./routes/get-person.ts";
import { getSenders } from "./routes/get-senders.ts";
import { getTenants } from "./routes/get-tenants.ts";
import { getUsage } from "./routes/get-usage.ts";
import { getUsageCalls } from "./routes/get-usage-calls.ts";
import { getWebhookDeliveries } from "./routes/get-webhook-deliveries.ts";
import { getWebhookDelivery } from "./routes/get-webhook-delivery.ts";
import { getWebhooks } from "./routes/get-webhooks.ts";
import { inviteMember } from "./routes/invite-member.ts";
import { linkWallet } from "./routes/link-wallet.ts";
import { listSessions } from "./routes/list-sessions.ts";
import { listWallets } from "./routes/list-wallets.ts";
import { lookAtInvitation } from "./routes/look-at-invitation.ts";
import { oidcCallback } from "./routes/oidc-callback.ts";
import { oidcStart } from "./routes/oidc-start.ts";
import { openConnectLink } from "./routes/open-connect-link.ts";
import { getOperatorAlertMail, setOperatorAlertMail } from "./routes/operator-alert-mail.ts";
import { pauseWebhook, resumeWebhook } from "./routes/pause-webhook.ts";
import { redeliverWebhook } from "./routes/redeliver-webhook.ts";
import { removeMember } from "./routes/remove-member.ts";
import { renameTenant } from "./routes/rename-tenant.ts";
import { resetPassword } from "./routes/reset-password.ts";
import { revokeConnectLink } from "./routes/revoke-connect-link.ts";
import { revokeInvitation } from "./routes/revoke-invitation.ts";
import { revokeKey } from "./routes/revoke-key.ts";
import { rotateKey } from "./routes/rotate-key.ts";
import { rotateWebhookSecret } from "./routes/rotate-webhook-secret.ts";
import { setConnectLinkSettings } from "./routes/set-connect-link-settings.ts";
import { signIn } from "./routes/sign-in.ts";
import { signOut } from "./routes/sign-out.ts";
import { resumeTenant, suspendTenant } from "./routes/suspend-tenant.ts";
import { testWebhook } from "./routes/test-webhook.ts";
import { unlinkWallet } from "./routes/unlink-wallet.ts";
import { verifyEmail } from "./routes/verify-email.ts";
import { walletChallenge } from "./routes/wallet-challenge.ts";
import { walletSignIn } from "./routes/wallet-sign-in.ts";
import { ownOriginsOf, refuseCrossSite, refuseKeyInAddress } from "./security.ts";

/** Each has its row in the table of test/http/access.test.ts: who may call it. */
export const ROUTES: readonly Route[] = [
  getChannelsStatus,
  getChannelsTimeline,
  connectChannel,
  disconnectChannel,
  getSenders,
  decideSenders,
  getAlerts,
  acknowledgeAlert,
  getAlertMail,
  setAlertMail,
  getAgent,
  changeAgent,
  getUsage,
  getUsageCalls,
  exportUsage,
  getLimits,
  changeLimits,
  getAudit,
  exportAudit,
  getMe,
  getKeys,
  createKey,
  rotateKey,
  revokeKey,
  getMembers,
  changeRole,
  removeMember,
  inviteMember,
  revokeInvitation,
  getConnectLinks,
  createConnectLink,
  revokeConnectLink,
  connectLinkSettings,
  setConnectLinkSettings,
  getWebhooks,
  createWebhook,
  changeWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  pauseWebhook,
  resumeWebhook,
  testWebhook,
  getWebhookDeliveries,
  getWebhookDelivery,
  redeliverWebhook,
  getTenants,
  createTenant,
  renameTenant,
  deleteTenant,
  getOperatorAudit,
  exportOperatorAudit,
  getOperatorAlerts,
  acknowledgeOperatorAlert,
  getOperatorAlertMail,
  setOperatorAlertMail,
  getOperatorGateways,
  drainGateway,
  getOperatorTenants,
  createOperatorTenant,
  suspendTenant,
  resumeTenant,
  deleteOperatorTenant,
  getOperatorUsage,
  addCredit,
  signIn,
  walletChallenge,
  walletSignIn,
  oidcStart,
  oidcCallback,
  signOut,
  forgotPassword,
  resetPassword,
  verifyEmail,
  lookAtInvitation,
  acceptInvitation,
  getPerson,
  openConnectLink,
  listSessions,
  endSessions,
  listWallets,
  linkWallet,
  unlinkWallet,
];
const OPENAPI_PATH = "/api/openapi.json";

export function createApi(ctx: Context): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const ownOrigins = ownOriginsOf(ctx.config.http.publicUrl, ctx.config.production);

  app.use(observed(ctx.metrics));
  app.use(async (call, next) => {
    refuseKeyInAddress(call.req.url);
    refuseCrossSite(call.req.method, (name) => call.req.header(name), ownOrigins);
    await next();
  });
  app.use("/api/v1/*", async (_call, next) => {
    await ctx.requireUpgraded();
    await next();
  });
  for (const route of ROUTES) {
    app.openAPIRegistry.registerPath(route.doc);
    app.on(route.doc.method.toUpperCase(), route.doc.path, (call) => route.handle(ctx, call));
  }
  addHealth(app, ctx, false);
  const document = openApiDocument(app, ctx.config);
  app.get(OPENAPI_PATH, (call) => call.json(document));

  app.notFound((call) => answerProblem(call, noSuchRoute(app, call)));
  app.onError((error, call) => {
    logProblem(ctx.log, error, call.env.meta.requestId);
    return answerProblem(call, error);
  });
  return app;
}

function noSuchRoute(app: OpenAPIHono<ApiEnv>, call: Call): AppError {
  const methods = app.routes.filter(({ path, method }) => path === call.req.path && method !== "ALL");
  if (methods.length === 0) return new AppError("not_found");
  call.header("Allow", methods.map(({ method }) => method).join(", "));
  return new AppError("method_not_allowed");
}

function openApiDocument(app: OpenAPIHono<ApiEnv>, config: Config): object {
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", { type: "http", scheme: "bearer" });
  app.openAPIRegistry.registerComponent("securitySchemes", "connectLink", { type: "http", scheme: "bearer" });
  app.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: sessionCookie(config).name,
  });
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Cogni Channels", version: "1" },
    servers: [{ url: config.http.publicUrl.origin }],
  });
}
