/** `ops tenants`: create, invite and list. */
import { billingAccountIdSchema, inviteRequestSchema, KEY_SCOPES, nameSchema, ROLES } from "@cogni/contract";
import { refuseErasedId } from "../auth/deletion.ts";
import { INVITATION_LIVES_S, newInvitationLink } from "../auth/invitation-link.ts";
import { createApiKey } from "../db/api-keys.ts";
import { append } from "../db/audit.ts";
import { createBillingAccount, listBillingAccounts, ownBillingAccount } from "../db/billing-accounts.ts";
import { addInvitation, revokeInvitationsTo } from "../db/invitations.ts";
import { isMemberByEmail, lockMembers } from "../db/members.ts";
import { withService, withTenant } from "../db/tenant.ts";
import { mailInWords } from "../mail/words.ts";
import { loadFingerprints } from "../vault/fingerprint.ts";
import { type OpsCommand, operand, UsageError } from "./command.ts";

const create: OpsCommand = {
  words: ["tenants", "create"],
  operands: ["id"],
  options: {
    name: { type: "string", help: "what people call it; the id by default" },
    owner: { type: "string", help: "the address to invite as its owner, instead of a key" },
  },
  help: "create a tenant, and print its first API key or the link that invites its owner, this once",
  async run({ db, vault, config, mail }, [wanted], { name: called, owner }) {
    const id = operand(billingAccountIdSchema, wanted, "tenant id");
    const name = called === undefined ? id : operand(nameSchema, called, "name");
    const pseudonyms = await loadFingerprints(db, vault);
    if (owner === undefined) {
      const apiKey = await withService(db, async (tx) => {
        await refuseErasedId(tx, pseudonyms, id);
        await createBillingAccount(tx, { id, name });
        return (await createApiKey(tx, { ...FIRST_KEY, billingAccountId: id })).key.reveal();
      });
      const text = `Created ${id}. Its API key, shown this once:\n${apiKey}`;
      return { text, data: { billingAccountId: id, apiKey } };
    }
    const { email, role } = operand(inviteRequestSchema, { email: owner, role: "owner" }, "address");
    const { link, tokenHash } = newInvitationLink(config.http.publicUrl.origin);
    const wish = { billingAccountId: id, email, role, tokenHash, invitedBy: null };
    await withService(db, async (tx) => {
      await refuseErasedId(tx, pseudonyms, id);
      await createBillingAccount(tx, { id, name });
      await addInvitation(tx, { ...wish, livesS: INVITATION_LIVES_S });
    });
    mail.send(mailInWords("en", "invitation", email, { tenant: name, role, link }));
    const text = `Created ${id}, and invited ${email} by mail as its owner. The link, shown this once:\n${link}`;
    return { text, data: { billingAccountId: id, invited: email, link } };
  },
};

const FIRST_KEY = { name: "first key", scopes: KEY_SCOPES, expiresAt: null, createdBy: null };

/** For an owner whose link ran out before anyone of the tenant could send another. */
const invite: OpsCommand = {
  words: ["tenants", "invite"],
  operands: ["id", "email"],
  options: { role: { type: "string", help: `one of ${ROLES.join(", ")}; owner by default` } },
  help: "invite someone to a tenant: mail them a link, and print it, this once; links sent to them before end",
  async run({ db, config, mail }, [wanted, address], options) {
    const id = operand(billingAccountIdSchema, wanted, "tenant id");
    const wish = { email: address, role: options.role ?? "owner" };
    const { email, role } = operand(inviteRequestSchema, wish, "address or role");
    const { link, tokenHash } = newInvitationLink(config.http.publicUrl.origin);
    const tenant = await withTenant(db, id, async (tx) => {
      const account = await ownBillingAccount(tx);
      if (!account) throw new UsageError(`There is no tenant “${id}”.`);
      await lockMembers(tx);
      if (await isMemberByEmail(tx, email)) throw new UsageError(`${email} is a member already.`);
      await revokeInvitationsTo(tx, email);
      const invitation = { billingAccountId: id, email, role, tokenHash, invitedBy: null };
      const { id: subject } = await addInvitation(tx, { ...invitation, livesS: INVITATION_LIVES_S });
      const act = { billingAccountId: id, actor: OPERATOR, action: "invitation.create", subject } as const;
      await append(tx, { ...act, channel: null, accountId: null, outcome: role, meta: null });
      return account.name;
    });
    mail.send(mailInWords("en", "invitation", email, { tenant, role, link }));
    const text = `Invited ${email} by mail to ${id} as ${role}. The link, shown this once:\n${link}`;
    return { text, data: { billingAccountId: id, invited: email, role, link } };
  },
};

const OPERATOR = { kind: "system", id: "operator" } as const;

const list: OpsCommand = {
  words: ["tenants", "list"],
  operands: [],
  options: {},
  help: "list the tenants, their gateway and their channels",
  async run({ db }) {
    const tenants = await withService(db, listBillingAccounts);
    const lines = tenants.map(
      ({ id, name, status, gatewayId, channels }) =>
        `${id}  ${name}  ${status}  on ${gatewayId ?? "no gateway"}  ${channels.join(", ") || "no channels"}`,
    );
    return { text: lines.join("\n") || "There are no tenants.", data: tenants };
  },
};

export const tenantCommands = [create, invite, list];
