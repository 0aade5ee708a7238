/** Who is signed in, also where they are a member of no tenant. */
import { personSchema } from "@cogni/contract";
import { personWithRole } from "../../db/administrators.ts";
import { rememberLocale } from "../../db/people.ts";
import { withNoTenant } from "../../db/tenant.ts";
import { AppError } from "../../errors.ts";
import { localeOf } from "../locale-of.ts";
import { personOf } from "../person-of.ts";
import { answers, IN_PERSON, type Route } from "../route.ts";

export const getPerson: Route = {
  doc: {
    method: "get",
    path: "/api/auth/person",
    summary: "The signed-in person",
    description: "Whatever their tenants. For people; an API key is nobody in person.",
    security: IN_PERSON,
    responses: answers("The person.", personSchema, ["unauthenticated", "forbidden"]),
  },
  async handle(ctx, call) {
    const { userId } = await personOf(ctx, call);
    const person = await withNoTenant(ctx.db, async (tx) => {
      // Each page asks who is signed in: the language that it is drawn in is the one to be written to in.
      await rememberLocale(tx, userId, localeOf(call));
      return personWithRole(tx, userId);
    });
    if (!person) throw new AppError("unauthenticated");
    return call.json(personSchema.parse(person));
  },
};
