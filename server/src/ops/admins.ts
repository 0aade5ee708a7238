/** `ops admins`: the platform's administrators, of whom this command line makes the first and removes the last. */
import { emailSchema, type PlatformAction } from "@cogni/contract";
import { INVITATION_LIVES_S, newInvitationLink } from "../auth/invitation-link.ts";
import {
  inviteAdministrator,
  listAdministrators,
  openAdministratorInvitations,
  removeAdministrator,
  revokeAdministratorInvitations,
} from "../db/administrators.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import { type ServiceTx, withNoTenant, withService } from "../db/tenant.ts";
import { mailInWords } from "../mail/words.ts";
import { type OpsCommand, operand, UsageError } from "./command.ts";

const create: OpsCommand = {
  words: ["admins", "create"],
  operands: ["email"],
  options: {},
  help: "invite someone to administer the platform: mail them a link, and print it, this once",
  async run({ db, config, mail }, [wanted]) {
    const email = operand(emailSchema, wanted, "address");
    if (await administratorOf(db, email)) throw new UsageError(`${email} is an administrator already.`);
    const { origin } = config.http.publicUrl;
    const { link, tokenHash } = newInvitationLink(origin);
    await withService(db, async (tx) => {
      await revokeAdministratorInvitations(tx, email);
      const id = await inviteAdministrator(tx, { email, tokenHash, livesS: INVITATION_LIVES_S });
      await record(tx, "administrator.invite", id);
    });
    mail.send(mailInWords("en", "administratorInvitation", email, { origin, link }));
    const text = `Invited ${email} by mail as an administrator. The link, shown this once:\n${link}`;
    return { text, data: { invited: email, link } };
  },
};

const list: OpsCommand = {
  words: ["admins", "list"],
  operands: [],
  options: {},
  help: "list the platform's administrators, and who is invited to be one",
  async run({ db }) {
    const administrators = await withNoTenant(db, listAdministrators);
    const invited = await withService(db, openAdministratorInvitations);
    const lines = [
      ...administrators.map(({ email, name, since }) => `${email}  ${name}  since ${since.toISOString()}`),
      ...invited.map(({ email, expiresAt }) => `${email}  invited, until ${expiresAt.toISOString()}`),
    ];
    return { text: lines.join("\n") || "There are no administrators.", data: { administrators, invited } };
  },
};

const remove: OpsCommand = {
  words: ["admins", "remove"],
  operands: ["email"],
  options: {},
  help: "take the role from someone, the last one too, or their invitation; they stay members of their tenants",
  async run({ db }, [wanted]) {
    const email = operand(emailSchema, wanted, "address");
    const administrator = await administratorOf(db, email);
    const removed = await withService(db, async (tx) => {
      const uninvited = await revokeAdministratorInvitations(tx, email);
      if (administrator) await removeAdministrator(tx, administrator.userId);
      if (administrator || uninvited) {
        await record(tx, "administrator.remove", administrator?.userId ?? email);
      }
      return administrator !== undefined || uninvited;
    });
    if (!removed) throw new UsageError(`${email} is neither an administrator nor invited to be one.`);
    return { text: `${email} is no administrator any more.`, data: { removed: email } };
  },
};

async function administratorOf(db: Db, address: string) {
  return (await withNoTenant(db, listAdministrators)).find(({ email }) => email === address);
}

function record(tx: ServiceTx, action: PlatformAction, subject: string): Promise<void> {
  return recordPlatformAct(tx, { actor: { kind: "system", id: "ops" }, action, subject, meta: null });
}

export const adminCommands = [create, list, remove];
