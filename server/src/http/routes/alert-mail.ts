/** Whether a person is told of the tenant's alerts by mail. */
import { alertMailSchema } from "@cogni/contract";
import { parseBody } from "../body.ts";
import { memberOf } from "../principal-of.ts";
import { answers, answersToBody, IN_PERSON, jsonBody, type Route } from "../route.ts";

const path = "/api/v1/alerts/mail";

export const getAlertMail: Route = {
  doc: {
    method: "get",
    path,
    summary: "Whether you get the tenant's alerts by mail",
    description: "Mails go to owners and admins; of anyone else it is kept for when they become one.",
    security: IN_PERSON,
    responses: answers("As it is.", alertMailSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    return call.json(await ctx.alerts.mails(await memberOf(ctx, call)));
  },
};

export const setAlertMail: Route = {
  doc: {
    method: "post",
    path,
    summary: "Get the tenant's alerts by mail, or no more",
    description:
      "For whoever asks, and this tenant alone. What waits to be sent to them is not sent any more.",
    security: IN_PERSON,
    request: jsonBody(alertMailSchema),
    responses: answersToBody("As wished.", alertMailSchema, ["unauthenticated"]),
  },
  async handle(ctx, call) {
    const principal = await memberOf(ctx, call);
    const wish = await parseBody(call.req.raw, alertMailSchema);
    return call.json(await ctx.alerts.setMails(principal, wish));
  },
};
