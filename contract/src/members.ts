/** A tenant's people: `GET /api/v1/members`, `POST /api/v1/members/{role,remove,invite,revoke-invitation}`. */
import { z } from "zod";
import { roleSchema } from "./access.ts";

const time = z.iso.datetime();
const userIdSchema = z.string().min(1).max(128);

/** How many open invitations a tenant may have. */
export const MAX_INVITATIONS = 50;

export const memberSchema = z.object({
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  since: time,
  /** Whether it is the one who asks. */
  you: z.boolean(),
});
export type Member = z.infer<typeof memberSchema>;

/** One that nobody has accepted yet, and that can still be. */
export const invitationSchema = z.object({
  id: z.uuid(),
  email: z.string(),
  role: roleSchema,
  expiresAt: time,
  /** Who made it; null for the operator, and for someone who is gone. */
  invitedBy: z.string().nullable(),
});
export type Invitation = z.infer<typeof invitationSchema>;

export const membersSchema = z.object({
  members: z.array(memberSchema),
  /** Null for those who may not invite. */
  invitations: z.array(invitationSchema).nullable(),
  /** Which roles the caller gives and takes; none for those who manage nobody. */
  gives: z.array(roleSchema).readonly(),
});
export type Members = z.infer<typeof membersSchema>;

export const changeRoleRequestSchema = z.strictObject({ userId: userIdSchema, role: roleSchema });
export type ChangeRoleRequest = z.infer<typeof changeRoleRequestSchema>;

export const changedRoleSchema = z.object({ userId: z.string(), role: roleSchema });
export type ChangedRole = z.infer<typeof changedRoleSchema>;

/** Someone else, or oneself, which is leaving. */
export const removeMemberRequestSchema = z.strictObject({ userId: userIdSchema });
export type RemoveMemberRequest = z.infer<typeof removeMemberRequestSchema>;

export const removedMemberSchema = z.object({ userId: z.string(), status: z.literal("removed") });
export type RemovedMember = z.infer<typeof removedMemberSchema>;

/** Of someone who is invited; kept in lower case. */
export const emailSchema = z
  .email()
  .max(254)
  .transform((email) => email.toLowerCase());

export const inviteRequestSchema = z.strictObject({
  email: emailSchema,
  role: roleSchema,
});
export type InviteRequest = z.output<typeof inviteRequestSchema>;

/** The link is mailed too; whoever has it may accept, so it is told this once. */
export const invitedSchema = z.object({ invitation: invitationSchema, link: z.url() });
export type Invited = z.infer<typeof invitedSchema>;

export const revokeInvitationRequestSchema = z.strictObject({ id: z.uuid() });
export type RevokeInvitationRequest = z.infer<typeof revokeInvitationRequestSchema>;

export const revokedInvitationSchema = z.object({ id: z.uuid(), status: z.literal("revoked") });
export type RevokedInvitation = z.infer<typeof revokedInvitationSchema>;
