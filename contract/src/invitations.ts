/** An invitation as whoever was invited sees it: `POST /api/auth/invitation/{look,accept}`. */
import { z } from "zod";
import { roleSchema } from "./access.ts";
import { nameSchema } from "./names.ts";
import { linkTokenSchema, newPasswordSchema } from "./password.ts";

export const lookAtInvitationRequestSchema = z.strictObject({ token: linkTokenSchema });
export type LookAtInvitationRequest = z.infer<typeof lookAtInvitationRequestSchema>;

/** To a tenant, in a role; or, where both are null, to the platform's administrators. */
export const invitationDetailsSchema = z.object({
  billingAccountName: z.string().nullable(),
  role: roleSchema.nullable(),
  /** The address in part: enough to recognise one's own. */
  email: z.string(),
  /** Whether someone has that address: they sign in, anyone else names themselves and a password. */
  hasAccount: z.boolean(),
});
export type InvitationDetails = z.infer<typeof invitationDetailsSchema>;

export const acceptInvitationRequestSchema = z.strictObject({
  token: linkTokenSchema,
  /** Both where nobody has the address yet; of no account else. */
  name: nameSchema.optional(),
  password: newPasswordSchema.optional(),
});
export type AcceptInvitationRequest = z.output<typeof acceptInvitationRequestSchema>;

/** The tenant that they are now a member of; nulls for one of the platform's administrators. */
export const acceptedInvitationSchema = z.object({
  billingAccountId: z.string().nullable(),
  billingAccountName: z.string().nullable(),
});
export type AcceptedInvitation = z.infer<typeof acceptedInvitationSchema>;
