/** What was typed of the agent's settings and is not saved. */
import type { AgentSettings } from "@cogni/contract";
import { keptDrafts } from "../drafts.ts";

export type Draft = Pick<AgentSettings, "instructions" | "greeting" | "model" | "version">;

export const drafts = keptDrafts<Draft>("agent");

export function isSame(one: Draft, other: Draft): boolean {
  return (
    one.instructions.trim() === other.instructions.trim() &&
    one.greeting.trim() === other.greeting.trim() &&
    one.model === other.model
  );
}
