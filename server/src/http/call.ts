/** What a handler is given beside the context: one request, what is known of it, and the means to answer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context as HonoContext } from "hono";
import type { RequestMeta } from "../db/audit.ts";

export interface CallBindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** `requestId` and `remoteAddress`. */
  readonly meta: RequestMeta;
}

export type ApiEnv = { Bindings: CallBindings };
export type Call = HonoContext<ApiEnv>;
