/** The state of every channel the tenant could connect. Asked often, so nothing here touches more than it needs. */
import type { ServerResponse } from "node:http";
import { type ErrorCode, type StatusDocument, statusDocumentSchema } from "@cogni/contract";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { z } from "zod";
import { authorize } from "../../auth/authorize.ts";
import type { Identification } from "../../auth/principals.ts";
import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { openEventStream } from "../event-stream.ts";
import { identificationOf, principalOrLinkOf } from "../principal-of.ts";
import { answers, type Route, SIGNED_IN_OR_LINK } from "../route.ts";

const EVENT_STREAM = "text/event-stream";
const WANTS_STREAM = /(^|,)\s*text\/event-stream\s*(;|,|$)/i;

const streamed = z
  .string()
  .meta({ description: "Events `snapshot`, `channel` and `gateway`, each with an `id` and JSON as `data`." });

export const getChannelsStatus: Route = {
  doc: {
    method: "get",
    path: "/api/v1/channels/status",
    summary: "Every channel and its state",
    description:
      "Lists every channel the gateway offers, connected or not, with its state, its problem and its form.\n\n" +
      "With `Accept: text/event-stream`, the same as a stream: `snapshot` has the whole document, then `channel` has one " +
      "channel that replaces the one of its name, and `gateway` has `observedAt` and `gateway`, whenever the gateway " +
      "came or went and now and then for the time alone. A later `snapshot` replaces everything. Comments keep the " +
      "connection open. The stream ends with the session or key, and when this process does: come back after `retry` " +
      "milliseconds with `Last-Event-ID`, and a document that has not changed meanwhile is not sent again. Too many " +
      "streams at once are answered with 429; the address answers without a stream then, too.",
    security: SIGNED_IN_OR_LINK,
    request: {
      headers: z.object({
        "Last-Event-ID": z
          .string()
          .optional()
          .meta({ description: "For a stream: the `id` of the last event that was received." }),
      }),
    },
    responses: {
      ...answers("The channels.", statusDocumentSchema, ["unauthenticated", "rate_limited"]),
      200: {
        description: "The channels.",
        content: {
          "application/json": { schema: statusDocumentSchema },
          [EVENT_STREAM]: { schema: streamed },
        },
      },
    },
  },
  async handle(ctx, call) {
    if (WANTS_STREAM.test(call.req.header("accept") ?? "")) return stream(ctx, call);
    const principal = await principalOrLinkOf(ctx, call, "channels:read");
    return sendJson(call.env.outgoing, await ctx.channels.status(principal));
  },
};

/** Past the Response object, which costs a fifth of the whole request. */
function sendJson(outgoing: ServerResponse, document: StatusDocument): Response {
  const body = JSON.stringify(document);
  outgoing.setHeader("Content-Type", "application/json");
  outgoing.setHeader("Content-Length", Buffer.byteLength(body));
  outgoing.end(body);
  return RESPONSE_ALREADY_SENT;
}

async function stream(ctx: Context, call: Call): Promise<Response> {
  const identification = identificationOf(call);
  // Looked up anew: an old look-up, and the time until the next one, would add up to more than a key may outlive its end.
  const principal = await ctx.principals.resolve(identification, 0);
  authorize(principal, "channels:read");
  // Of this tenant from now on: whoever named none and is put out of it is not believed for being in another.
  const mayRead = readerCheck(ctx, { ...identification, tenant: principal.billingAccountId });
  const seat = await ctx.statusHub.seat(principal);
  openEventStream(call.env.outgoing, seat, call.req.header("last-event-id"), mayRead);
  return RESPONSE_ALREADY_SENT;
}

/** Whoever comes back after it is told which. */
const ENDS_A_STREAM: ReadonlySet<ErrorCode> = new Set(["unauthenticated", "forbidden", "tenant_suspended"]);

/** Apart, so that what a stream holds on to for as long as it is open is these headers and not the whole call. */
function readerCheck({ principals }: Context, identification: Identification) {
  return async (maxAgeMs: number): Promise<boolean> => {
    try {
      authorize(await principals.resolve(identification, maxAgeMs), "channels:read");
      return true;
    } catch (error) {
      if (error instanceof AppError && ENDS_A_STREAM.has(error.code)) return false;
      throw error;
    }
  };
}
