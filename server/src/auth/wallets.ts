/** Signing in with a wallet, and the wallets that a person has added for it. */
import { createHash } from "node:crypto";
import type {
  SignedMessage,
  Wallet,
  WalletChallenge,
  WalletChallengeRequest,
  WalletPurpose,
} from "@cogni/contract";
import type { Config } from "../config.ts";
import type { RequestMeta } from "../db/audit.ts";
import type { OwnSession } from "../db/own-sessions.ts";
import type { Db } from "../db/pool.ts";
import { type Tx, withNoTenant } from "../db/tenant.ts";
import {
  addWallet,
  hasOtherWayIn,
  holderOfWallet,
  keepChallenge,
  lockPerson,
  removeWallet,
  useChallenge,
  walletsOf,
} from "../db/wallets.ts";
import { AppError } from "../errors.ts";
import { networkOf } from "../network.ts";
import { countingWrong, createAttemptLimit } from "./attempt-limit.ts";
import type { BetterAuth, Client, SignedInPerson } from "./better-auth.ts";
import { recordOwnAct } from "./record-act.ts";
import { readMessage, type WalletMessage, writeMessage } from "./wallet-message.ts";

export interface Wallets {
  /** The networks that a wallet may be on; none: wallets are off. */
  readonly chains: readonly number[];
  /**
   * A message to sign, good once and for some minutes, whether or not the wallet is anyone's.
   * @param session whose wallet it is to be, where that is the purpose
   * @throws AppError wallets_off, wallet_chain, rate_limited, database_unavailable
   */
  challenge(
    request: WalletChallengeRequest,
    session: OwnSession | null,
    address: string,
  ): Promise<WalletChallenge>;
  /**
   * Always by a new session. What is wrong is told to nobody: the same answer, after the same work, for a wallet that is
   * nobody's and for another's signature.
   * @throws AppError wallets_off, unauthenticated, rate_limited, database_unavailable
   */
  signIn(signed: SignedMessage, client: Client): Promise<SignedInPerson>;
  /** @throws AppError database_unavailable */
  list(session: OwnSession): Promise<Wallet[]>;
  /** One that is the person's already stays so. @throws AppError wallets_off, wallet_unproven, wallet_taken, rate_limited */
  link(session: OwnSession, signed: SignedMessage, meta: RequestMeta): Promise<Wallet[]>;
  /** One that is not the person's is as good as none. @throws AppError last_way_in, database_unavailable */
  unlink(session: OwnSession, address: string, meta: RequestMeta): Promise<Wallet[]>;
}

const TEN_MINUTES_MS = 10 * 60 * 1000;

export function createWallets(config: Config, db: Db, betterAuth: () => Promise<BetterAuth>): Wallets {
  const chains = config.walletChains;
  const { publicUrl } = config.http;
  const challengesPerAddress = createAttemptLimit(db, "wallet_message.address", {
    max: 300,
    windowMs: TEN_MINUTES_MS,
  });
  const wrongPerAddress = createAttemptLimit(db, "wallet.address", { max: 50, windowMs: TEN_MINUTES_MS });
  const wrongPerWallet = createAttemptLimit(db, "wallet.wallet", { max: 10, windowMs: TEN_MINUTES_MS });
  const wrongPerPerson = createAttemptLimit(db, "wallet.person", { max: 10, windowMs: TEN_MINUTES_MS });

  function refuseIfOff(): void {
    if (chains.length === 0) throw new AppError("wallets_off");
  }

  /** Uses the message up, whatever the signature turns out to be. Null unless it was ours to be signed, for this purpose. */
  async function take(
    { message }: SignedMessage,
    purpose: WalletPurpose,
    userId: string | null,
  ): Promise<WalletMessage | null> {
    const read = readMessage(message, publicUrl, purpose, chains, new Date());
    const used = read && (await withNoTenant(db, (tx) => useChallenge(tx, hashOf(message), purpose, userId)));
    return used ? read : null;
  }

  const listed = async (tx: Tx, userId: string): Promise<Wallet[]> =>
    (await walletsOf(tx, userId)).map(({ address, createdAt }) => ({
      address,
      addedAt: createdAt.toISOString(),
    }));

  return {
    chains,

    async challenge({ address: wallet, chainId, purpose }, session, address) {
      refuseIfOff();
      if (!chains.includes(chainId)) throw new AppError("wallet_chain");
      await challengesPerAddress.begin(networkOf(address));
      const { getAddress } = await loadViem();
      const issuedAt = new Date();
      const expiresAt = new Date(issuedAt.getTime() + config.timing.signIn.challengeMs);
      const terms = { address: getAddress(wallet), chainId, issuedAt, expiresAt };
      const message = writeMessage(publicUrl, purpose, terms);
      const userId = session?.userId ?? null;
      await withNoTenant(db, (tx) =>
        keepChallenge(tx, { messageHash: hashOf(message), purpose, userId, expiresAt }),
      );
      return { message, expiresAt: expiresAt.toISOString() };
    },

    async signIn(signed, client) {
      refuseIfOff();
      const wallet = /0x[0-9a-fA-F]{40}/.exec(signed.message)?.[0].toLowerCase() ?? "";
      const address = networkOf(client.address);
      return countingWrong(wrongPerAddress, address, "unauthenticated", () =>
        countingWrong(wrongPerWallet, `${address} ${wallet}`, "unauthenticated", async () => {
          const message = await take(signed, "sign_in", null);
          if (!message) throw notProven();
          // Both, whatever comes of the other: the answer takes as long for a wallet that is nobody's.
          const [proven, holder] = await Promise.all([
            isSignedBy(message.address, signed),
            withNoTenant(db, (tx) => holderOfWallet(tx, message.address.toLowerCase())),
          ]);
          const signedIn = proven && holder && (await (await betterAuth()).signInKnown(holder, client));
          if (!signedIn) throw notProven();
          return signedIn;
        }),
      );
    },

    list: ({ userId }) => withNoTenant(db, (tx) => listed(tx, userId)),

    async link({ userId }, signed, meta) {
      refuseIfOff();
      const message = await countingWrong(wrongPerPerson, userId, "wallet_unproven", async () => {
        const taken = await take(signed, "link", userId);
        if (!taken || !(await isSignedBy(taken.address, signed))) throw new AppError("wallet_unproven");
        return taken;
      });
      return withNoTenant(db, async (tx) => {
        const address = message.address.toLowerCase();
        await addWallet(tx, address, userId);
        if ((await holderOfWallet(tx, address)) !== userId) throw new AppError("wallet_taken");
        await recordOwnAct(tx, userId, "link_wallet", meta);
        return listed(tx, userId);
      });
    },

    unlink: ({ userId }, address, meta) =>
      withNoTenant(db, async (tx) => {
        // Of two at once, the second sees what the first has left.
        await lockPerson(tx, userId);
        const removed = await removeWallet(tx, address, userId);
        const issuer = config.oidc?.issuer.href ?? null;
        if (removed && !(await hasOtherWayIn(tx, userId, issuer))) throw new AppError("last_way_in");
        if (removed) await recordOwnAct(tx, userId, "unlink_wallet", meta);
        return listed(tx, userId);
      }),
  };
}

/** Loaded when somebody first shows a wallet: it takes 30 MB. */
const loadViem = () => import("viem/utils");

/** From the signature alone, without asking any chain. */
async function isSignedBy(address: string, { message, signature }: SignedMessage): Promise<boolean> {
  const { isAddressEqual, recoverMessageAddress } = await loadViem();
  try {
    const signer = await recoverMessageAddress({ message, signature: signature as `0x${string}` });
    return isAddressEqual(signer, address as `0x${string}`);
  } catch (error) {
    // No point of the curve, or no such recovery: nobody's signature.
    if (error instanceof Error) return false;
    throw error;
  }
}

function hashOf(message: string): Uint8Array {
  return createHash("sha256").update(message).digest();
}

function notProven(): AppError {
  return new AppError("unauthenticated", {
    detail: "The wallet is nobody's here, or the signature does not prove it.",
  });
}
