/** Signing in and out by e-mail and password. */
import { z } from "zod";
import { LONGEST_PASSWORD } from "./password-length.ts";

export const signInRequestSchema = z.strictObject({
  email: z.email().max(254),
  password: z.string().min(1, "must not be empty").max(LONGEST_PASSWORD),
});
export type SignInRequest = z.infer<typeof signInRequestSchema>;

/** The session itself travels in a cookie that scripts cannot read. */
export const signedInSchema = z.object({ person: z.object({ email: z.string(), name: z.string() }) });
export type SignedIn = z.infer<typeof signedInSchema>;

export const signedOutSchema = z.object({ signedOut: z.literal(true) });
export type SignedOut = z.infer<typeof signedOutSchema>;
