/** Names that people give, as they are kept. */
import { z } from "zod";

/** Alphabets whose letters pass for each other: “раypal” with a Cyrillic “ра”. */
const ALIKE = ["Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic"].map(
  (script) => new RegExp(`\\p{Script=${script}}`, "u"),
);

/** What can't be seen, or changes the direction of writing. U+FE0F makes a sign an emoji; U+2800 is a blank that is no space. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\u2800]|(?!\uFE0F)\p{Default_Ignorable_Code_Point}/u;

/** What people call themselves, a tenant or a key: in one form, and without what could pass for another name. */
export const nameSchema = z
  .string()
  .transform((name) => name.normalize("NFKC").trim().replace(/ +/g, " "))
  .pipe(
    z
      .string()
      .min(1, "must have 1 to 80 characters")
      .max(80, "must have 1 to 80 characters")
      .refine((name) => !UNSEEN.test(name), "must have no invisible characters")
      .refine((name) => !/\p{M}{4}/u.test(name), "must have no heaps of accents")
      .refine((name) => !mixesAlphabets(name), "must not mix letters of different alphabets in one word"),
  );

function mixesAlphabets(name: string): boolean {
  const words = name.match(/[\p{L}\p{M}]+/gu) ?? [];
  return words.some((word) => ALIKE.filter((alphabet) => alphabet.test(word)).length > 1);
}
