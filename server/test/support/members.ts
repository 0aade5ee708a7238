/** A tenant with people in it, each with a session, as the tests of members and invitations need them. */
import {
  type BillingAccountId,
  type Invited,
  invitedSchema,
  type Members,
  membersSchema,
  type Role,
  TENANT_HEADER,
} from "@cogni/contract";
import { cookieOf, type Edge, postJson, signIn } from "./edge.ts";

export interface Person {
  readonly id: string;
  readonly email: string;
  /** What a browser of theirs sends along, the tenant named. */
  readonly headers: Readonly<Record<string, string>>;
}

export async function person(
  edge: Edge,
  tenant: BillingAccountId,
  name: string,
  role: Role,
): Promise<Person> {
  const email = `${name}@${tenant}.test`;
  const headers = { cookie: cookieOf(await signIn(edge, tenant, email, role)), [TENANT_HEADER]: tenant };
  const id = (await membersOf(edge, { headers })).members.find(({ you }) => you)?.userId ?? "";
  return { id, email, headers };
}

export async function membersOf(edge: Edge, { headers }: Pick<Person, "headers">): Promise<Members> {
  const answer = await fetch(`${edge.url}/api/v1/members`, { headers });
  return membersSchema.parse(await answer.json());
}

export function post(
  edge: Edge,
  { headers }: Pick<Person, "headers">,
  path: string,
  body: object,
): Promise<Response> {
  return postJson(`${edge.url}/api/v1${path}`, body, headers);
}

export async function invite(edge: Edge, by: Person, email: string, role: Role = "viewer"): Promise<Invited> {
  return invitedSchema.parse(await (await post(edge, by, "/members/invite", { email, role })).json());
}
