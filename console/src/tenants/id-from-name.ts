/** The id that a tenant's name suggests. It keeps to the rule of `billingAccountIdSchema`. */

const LONGEST = 56;

/** Empty for a name without a letter that an id may have. */
export function idFrom(name: string): string {
  return (
    name
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-/, "")
      .slice(0, LONGEST)
      // After it was cut.
      .replace(/-$/, "")
  );
}
