/** Whether one of the platform's administrators is told of its alerts by mail. */
import { alertMailSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { platformOf } from "../platform-of.ts";
import { answers, answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

const path = "/api/v1/operator/alerts/mail";

export const getOperatorAlertMail: Route = {
  doc: {
    method: "get",
    path,
    summary: "Whether you get the platform's alerts by mail",
    security: IN_PERSON,
    responses: answers("As it is.", alertMailSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    return call.json(await ctx.alerts.platform.mails(await platformOf(ctx, call), null));
  },
};

export const setOperatorAlertMail: Route = {
  doc: {
    method: "post",
    path,
    summary: "Get the platform's alerts by mail, or no more",
    description: "For whoever asks alone.",
    security: IN_PERSON,
    request: jsonBody(alertMailSchema),
    responses: answersToBody("As wished.", alertMailSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const session = await platformOf(ctx, call);
    const wish = await parseBody(call.req.raw, alertMailSchema);
    return call.json(await ctx.alerts.platform.mails(session, wish));
  },
};
