/**
 * Finds a person's own words in a prompt of the gateway, which wraps them: a line on who writes in front, the
 * runtime behind, and a message of its own in the user's role (seen with openclaw 2026.9.6).
 */
const INTERNAL = "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>";
const WHO_WRITES = /^(?:\[[^\]\n]*\] )?(?:[^\n]*⟦openclaw:ctx⟧\n```json\n[^\n]*\n```\s*)*/;
const RUNTIME = /(?:^|\n\n)Runtime: agent=[^\n]*$/;

/** @param texts what stands in the user's role, oldest first. Answers the newest words, "" if there are none. */
export function lastWords(texts: readonly string[]): string {
  const words = texts
    .filter((text) => !text.startsWith(INTERNAL))
    .map((text) => text.replace(RUNTIME, "").replace(WHO_WRITES, "").trim());
  return words.findLast((text) => text !== "") ?? "";
}
