/** The part of an address behind its question mark, on its way to a parsed type. */
import { z } from "zod";
import { AppError } from "../errors.ts";
import { fieldErrors } from "./body.ts";

/** A field that is named twice counts as it was named last. @throws AppError invalid_request, with every field that is wrong */
export function parseQuery<T extends z.ZodType>(url: string, schema: T): z.output<T> {
  const parsed = schema.safeParse(Object.fromEntries(new URL(url).searchParams));
  if (!parsed.success) throw new AppError("invalid_request", { errors: fieldErrors(parsed.error) });
  return parsed.data;
}

/** For routes whose body is a secret: what stands in an address is logged on its way. @throws AppError invalid_request */
export function refuseQuery(url: string): void {
  parseQuery(url, z.strictObject({}));
}
