/** Calls whose cost is known beforehand, against budgets that have room for so many of them. */
import { expect } from "vitest";
import { asSuperuser } from "./database.ts";
import { ask, chat, type LlmRoom, type LlmTenant } from "./llm.ts";
import type { LlmRole } from "./llm-role.ts";

/** What `chat` may cost at most is 10 tokens and its prompt; this answer costs exactly as much as it may. */
export const USAGE = { prompt_tokens: 100, completion_tokens: 100 };
export const COST = 100n * 4n + 100n * 8n;
export const dear = (rest: object = {}) => ({ max_tokens: 100, padding: "x".repeat(300), ...rest });

export const limitOf = (answer: Response): string | null => answer.headers.get("x-cogni-limit");
/** How much of a limit has been given to processes, in whatever it counts. */
export async function quota(
  { database }: Pick<LlmRoom, "database">,
  { id }: LlmTenant,
  name = "day_budget",
): Promise<bigint> {
  const [row] = await asSuperuser(
    database,
    "SELECT coalesce(sum(used), 0)::text AS used FROM quotas WHERE billing_account_id = $1 AND name = $2",
    [id, name],
  );
  return BigInt(String(row?.used));
}
/** All at once; how many of them no limit ended. */
export async function manyCalls(roles: readonly LlmRole[], { key }: LlmTenant, token: string, count: number) {
  const answers = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const answer = await ask(roles[n % roles.length] as LlmRole, key, chat(token, dear()));
      await answer.text();
      return answer;
    }),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  return answers.filter((answer) => limitOf(answer) === null).length;
}
