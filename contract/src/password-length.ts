/** How long a new password may be, in characters. By itself, for pages that check it without loading the schemas. */

/** At least what no short list holds. */
export const SHORTEST_PASSWORD = 10;
/** At most what the password hash accepts. */
export const LONGEST_PASSWORD = 128;
