/** In which form every failure is told. */
import { z } from "zod";

/** What a person can do about a problem; the console draws each as a button, or as no button (`none`, `wait`). */
export const problemActionSchema = z.enum([
  "none",
  "wait",
  "retry",
  "fix_request",
  "sign_in",
  "replace_credential",
  "scan_again",
  "contact_operator",
]);
export type ProblemAction = z.infer<typeof problemActionSchema>;

export interface ErrorWords {
  /** HTTP status when the code is an answer of its own; 200 when it only ever stands inside a channel's state. */
  readonly status: number;
  readonly title: string;
  /** What happened, in a sentence that makes sense to a tenant's admin. */
  readonly cause: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly action: ProblemAction;
}

export const words = (
  status: number,
  title: string,
  cause: string,
  remedy: string,
  action: ProblemAction,
): ErrorWords => ({ status, title, cause, remedy, action });
