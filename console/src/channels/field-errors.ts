/** Which input of the connect form a failure belongs beside. */
import type { ConnectField } from "@cogni/contract";
import type { ToldProblem } from "../parts/problem-words.ts";
import type { Failure } from "./progress.ts";

/**
 * Messages by field name. The API names fields as `credentials.<name>`; a refusal of the credential as a whole
 * stands beside the first secret field. What belongs to no field is left out: it is drawn above the form.
 *
 * @param said a problem in the page's words
 */
export function fieldErrors(
  failure: Failure | null,
  fields: readonly ConnectField[],
  said: (problem: ToldProblem) => string,
): Record<string, string> {
  if (!failure) return {};
  if (failure.kind === "refused" && failure.error.problem?.errors) {
    const named = failure.error.problem.errors.flatMap(({ path, message }) => {
      const field = fields.find(({ name }) => path === `credentials.${name}`);
      return field ? [[field.name, `${field.label} ${message}.`] as const] : [];
    });
    return Object.fromEntries(named);
  }
  const problem = failure.kind === "failed" ? failure.problem : failure.error.problem;
  if (problem?.action !== "replace_credential") return {};
  const field = fields.find(({ secret, required }) => secret && required) ?? fields[0];
  return field ? { [field.name]: said(problem) } : {};
}
