/** A forgotten password, and an address that wants to be verified: both by a link in a mail. */
import { z } from "zod";
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from "./password-length.ts";

/** The server also refuses the e-mail itself. */
export const newPasswordSchema = z
  .string()
  .min(SHORTEST_PASSWORD, `must have at least ${SHORTEST_PASSWORD} characters`)
  .max(LONGEST_PASSWORD, `must have at most ${LONGEST_PASSWORD} characters`);

export const forgotPasswordRequestSchema = z.strictObject({ email: z.email().max(254) });
export type ForgotPasswordRequest = z.infer<typeof forgotPasswordRequestSchema>;

/** The same whether or not anyone has that address. */
export const forgotPasswordSchema = z.object({ requested: z.literal(true) });

/** What stands behind `#token=` in a mailed link: a fragment, which browsers send to nobody. */
export const linkTokenSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "is not the token of a link");

export const resetPasswordRequestSchema = z.strictObject({
  token: linkTokenSchema,
  password: newPasswordSchema,
});
export type ResetPasswordRequest = z.infer<typeof resetPasswordRequestSchema>;

export const passwordResetSchema = z.object({ reset: z.literal(true) });

export const verifyEmailRequestSchema = z.strictObject({ token: linkTokenSchema });
export type VerifyEmailRequest = z.infer<typeof verifyEmailRequestSchema>;

export const emailVerifiedSchema = z.object({ verified: z.literal(true) });
