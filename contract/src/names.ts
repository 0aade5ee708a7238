/** Names that people give, as they are kept. */
import { z } from "zod";

/** What people call themselves, a tenant or a key: without what can't be seen or changes the direction of writing, which could pass for another name. */
export const nameSchema = z
  .string()
  .transform((name) => name.normalize("NFKC").trim())
  .pipe(
    z
      .string()
      .min(1, "must have 1 to 80 characters")
      .max(80, "must have 1 to 80 characters")
      .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, "must have no invisible characters"),
  );
