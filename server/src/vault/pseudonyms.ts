/**
 * What is kept of those who are erased names them by pseudonyms: the same one for the same id, so that what belongs together
 * still does, and keyed (by the key of the fingerprints), so that nobody can find whose it is by trying ids. Lost with
 * that key: then those of before are nobody's, and ids of before may be taken again.
 */
import { createHmac } from "node:crypto";
import type { Secret } from "../secret.ts";

/** What has a pseudonym: a tenant, or whoever or whatever else an audit names. */
export type Named = "tenant" | "subject";

export interface Pseudonyms {
  /** 128 bits in hex, after the kind and a colon: no tenant, person or key has an id of that form. */
  pseudonym(kind: Named, id: string): string;
  /** 32 bytes by which this program knows again what it wrote, and that nobody makes who has the database alone. */
  seal(text: string): Uint8Array;
}

export function createPseudonyms(key: Secret<Uint8Array>): Pseudonyms {
  return {
    seal: (text) =>
      createHmac("sha256", key.reveal())
        .update(JSON.stringify({ seal: text }))
        .digest(),
    pseudonym(kind, id) {
      // Of another form than what fingerprints are made of.
      const mac = createHmac("sha256", key.reveal()).update(JSON.stringify({ pseudonym: kind, id }));
      return `${kind}:${mac.digest("hex").slice(0, 32)}`;
    },
  };
}
