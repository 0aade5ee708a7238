/** `ops keys rotate` and `ops credentials forget`: the life and the loss of an encryption key. */
import { keyIdsInUse } from "../db/credentials.ts";
import { withService } from "../db/tenant.ts";
import { forgetUnreadable } from "../vault/forget.ts";
import { rotateKeys } from "../vault/keys.ts";
import { type OpsCommand, UsageError } from "./command.ts";

const rotate: OpsCommand = {
  words: ["keys", "rotate"],
  operands: [],
  options: {},
  help: "reseal everything with CHANNEL_ENCRYPTION_KEY; may be interrupted and run again",
  async run({ db, vault, progress }) {
    const { resealed, unreadable } = await rotateKeys(db, vault, (now) =>
      progress(`resealed ${now.resealed}`),
    );
    const done = `Resealed ${resealed} credentials with key ${vault.currentKeyId}.`;
    return unreadable === 0
      ? { text: `${done} No row needs a previous key any more.`, data: { resealed, unreadable } }
      : {
          text: `${done} ${unreadable} could not be opened: their key is not in CHANNEL_ENCRYPTION_KEYS_PREVIOUS.`,
          data: { resealed, unreadable },
          ok: false,
        };
  },
};

const forget: OpsCommand = {
  words: ["credentials", "forget"],
  operands: [],
  options: { yes: { type: "boolean", help: "really do it" } },
  help: "a key is lost: drop what it sealed, and have those tenants asked for new credentials",
  async run({ db, vault }, _operands, { yes }) {
    const lost = (await withService(db, keyIdsInUse)).filter(({ keyId }) => !vault.keyIds.has(keyId));
    if (yes !== true) {
      const rows = lost.reduce((sum, key) => sum + key.rows, 0);
      throw new UsageError(
        `This drops what no key opens, and can't be undone: ${rows} rows under ${lost.length} missing keys ` +
          `(${lost.map(({ keyId }) => keyId).join(", ") || "none"}). If such a key may still be found, put it into ` +
          "CHANNEL_ENCRYPTION_KEYS_PREVIOUS instead. To go on, add --yes.",
      );
    }
    const forgotten = await forgetUnreadable(db, vault);
    const restart = forgotten.fingerprintKey
      ? " The fingerprints' key was lost too and made anew: restart every control plane."
      : "";
    const endpoints = forgotten.webhookSecrets
      ? ` ${forgotten.webhookSecrets} webhook endpoints have new secrets, and are paused until their tenants have rotated them.`
      : "";
    return {
      text: `Dropped ${forgotten.credentials} credentials; their tenants are asked for new ones.${endpoints}${restart}`,
      data: forgotten,
    };
  },
};

export const keyCommands = [rotate, forget];
