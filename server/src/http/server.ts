/**
 * What answers on the public port: the API for `/api` and the health checks, the console's pages for everything else.
 * What holds for both of them (request id, security headers, whose forwarding counts) is done here, once.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { WAYS_IN_HEADER, type WaysIn } from "@cogni/contract";
import { getRequestListener } from "@hono/node-server";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { requestIdOf } from "../request-id.ts";
import { createApi } from "./api.ts";
import { observePage } from "./observe.ts";
import type { Pages } from "./pages.ts";
import { logProblem, renderProblem } from "./problem.ts";
import { isTrusted, remoteAddressOf } from "./request.ts";
import { apiHeaders, commonHeaders, embeddableHeaders, pagePolicy } from "./security.ts";

const API_PATH = /^\/(api|healthz|readyz)([/?]|$)/;
/** The page of a connect link, by the link's id. */
const CONNECT_PATH = /^\/connect\/([^/?]+)(?:\?|$)/;
/** A proxy's word on where a request came from; from anyone else it is a lie that Next would believe. */
const FORWARDING = [
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "forwarded",
];

/** @param pages null where this process serves the API alone */
export function createPublicListener(ctx: Context, pages: Pages | null): RequestListener {
  const https = ctx.config.http.publicUrl.protocol === "https:";
  const forApi = apiHeaders(https);
  const forPages = commonHeaders(https);
  const forEmbedding = embeddableHeaders(https);
  const { trustedProxies } = ctx.config.http;
  const api = createApi(ctx);
  const answerApi = getRequestListener(
    (request, { incoming, outgoing }) => {
      const http1 = incoming as IncomingMessage;
      const meta = { requestId: requestIdOf(http1), remoteAddress: remoteAddressOf(http1, trustedProxies) };
      outgoing.setHeader("X-Request-Id", meta.requestId);
      return api.fetch(request, { incoming, outgoing, meta });
    },
    { overrideGlobalObjects: false },
  );

  return (incoming, outgoing) => {
    if (API_PATH.test(incoming.url ?? "")) {
      for (const [name, value] of forApi) outgoing.setHeader(name, value);
      void answerApi(incoming, outgoing);
      return;
    }
    const requestId = requestIdOf(incoming);
    outgoing.setHeader("X-Request-Id", requestId);
    const link = CONNECT_PATH.exec(incoming.url ?? "")?.[1] ?? null;
    for (const [name, value] of link === null ? forPages : forEmbedding) outgoing.setHeader(name, value);
    if (!isTrusted(incoming.socket.remoteAddress ?? "", trustedProxies)) {
      for (const name of FORWARDING) delete incoming.headers[name];
    }
    void answerPage(ctx, pages, { requestId, https, link }, incoming, outgoing);
  };
}

interface PageRequest {
  readonly requestId: string;
  readonly https: boolean;
  /** The id of the connect link whose page it is; null for every other page. */
  readonly link: string | null;
}

async function answerPage(
  ctx: Context,
  pages: Pages | null,
  { requestId, https, link }: PageRequest,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const answered = observePage(ctx.metrics, incoming, outgoing);
  try {
    if (!pages) throw new AppError("not_found");
    const embedders = link === null ? [] : await ctx.connectLinks.originsOf(link);
    // Next reads the nonce from the request's own policy.
    const policy = pagePolicy(randomBytes(16).toString("base64"), https, embedders);
    incoming.headers["content-security-policy"] = policy;
    outgoing.setHeader("Content-Security-Policy", policy);
    // The pages draw them at once, without asking. Also in the place of what a client made up.
    incoming.headers[WAYS_IN_HEADER] = waysIn(ctx);
    await pages.handle(incoming, outgoing);
  } catch (error) {
    logProblem(ctx.log, error, requestId);
    if (outgoing.headersSent) {
      outgoing.destroy();
      return;
    }
    const { body, status, headers } = renderProblem(error, requestId);
    outgoing.writeHead(status, headers).end(JSON.stringify(body));
  } finally {
    answered();
  }
}

/** A header takes ASCII only. */
function waysIn({ wallets, singleSignOn }: Context): string {
  const ways: WaysIn = {
    wallet: wallets.chains.length > 0 ? { chains: [...wallets.chains] } : null,
    oidc: singleSignOn.name === null ? null : { name: singleSignOn.name },
  };
  return encodeURIComponent(JSON.stringify(ways));
}
