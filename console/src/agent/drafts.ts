/**
 * What was typed and is not saved, by tenant. Kept while one looks at other pages of the console, so that none of them has to
 * ask before it opens; whoever closes the tab is asked.
 */
import type { AgentSettings } from "@cogni/contract";

export type Draft = Pick<AgentSettings, "instructions" | "greeting" | "model" | "version">;

const drafts = new Map<string, Draft>();

export const draftOf = (tenant: string): Draft | null => drafts.get(tenant) ?? null;

/** @param draft null: there is nothing that could be lost */
export function keepDraft(tenant: string, draft: Draft | null): void {
  if (draft) drafts.set(tenant, draft);
  else drafts.delete(tenant);
  if (drafts.size > 0) addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
}

const ask = (event: BeforeUnloadEvent): void => event.preventDefault();

export function isSame(one: Draft, other: Draft): boolean {
  return (
    one.instructions.trim() === other.instructions.trim() &&
    one.greeting.trim() === other.greeting.trim() &&
    one.model === other.model
  );
}
