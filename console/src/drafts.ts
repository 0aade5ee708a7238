/**
 * What was typed and is not saved, by tenant. Kept while one looks at other pages of the console, so that none of them has to
 * ask before it opens; whoever closes the tab is asked.
 */

export interface Drafts<Draft> {
  readonly of: (tenant: string) => Draft | null;
  /** @param draft null: there is nothing that could be lost */
  readonly keep: (tenant: string, draft: Draft | null) => void;
}

/** Each form's and tenant's that there is one of. */
const unsaved = new Set<string>();

/** @param form by which it is told from other forms */
export function keptDrafts<Draft>(form: string): Drafts<Draft> {
  const drafts = new Map<string, Draft>();
  return {
    of: (tenant) => drafts.get(tenant) ?? null,
    keep(tenant, draft) {
      const name = `${form} ${tenant}`;
      if (draft) {
        drafts.set(tenant, draft);
        unsaved.add(name);
      } else {
        drafts.delete(tenant);
        unsaved.delete(name);
      }
      if (unsaved.size > 0) addEventListener("beforeunload", ask);
      else removeEventListener("beforeunload", ask);
    },
  };
}

const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
