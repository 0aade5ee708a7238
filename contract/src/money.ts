/**
 * Money is an integer of nano-dollars (1e-9 USD), a bigint inside and a string of digits on the wire: JSON's numbers end, exactly, at
 * nine million dollars. No fraction is ever rounded away by a sum.
 */
import { z } from "zod";

/** 1 USD. */
export const DOLLAR = 1_000_000_000n;

/** 18 digits fit PostgreSQL's bigint, and are a billion dollars. */
export const nanoSchema = z.string().regex(/^-?\d{1,18}$/, "must be whole nano-dollars, as digits");
export type Nano = z.infer<typeof nanoSchema>;

/** What may be spent: more than nothing. */
export const budgetSchema = z
  .string()
  .regex(/^[1-9]\d{0,17}$/, "must be whole nano-dollars above 0, as digits");
