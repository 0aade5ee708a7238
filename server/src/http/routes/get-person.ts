/** Who is signed in, also where they are a member of no tenant. */
import { personSchema } from "@cogni/contract";
import { personWithRole } from "../../db/administrators.ts";
import { withNoTenant } from "../../db/tenant.ts";
import { AppError } from "../../errors.ts";
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
    const person = await withNoTenant(ctx.db, (tx) => personWithRole(tx, userId));
    if (!person) throw new AppError("unauthenticated");
    return call.json(personSchema.parse(person));
  },
};
