/** Signing in with a wallet (EIP-4361), and the wallets that a person has added for it. */
import { z } from "zod";

/** In lower case from here on; wallets write some letters large, as a checksum. */
export const walletAddressSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "must be an address: 0x and 40 hexadecimal digits")
  .toLowerCase();

/** What a signature is good for: a message to sign in adds no wallet, and one to add a wallet signs nobody in. */
export const walletPurposeSchema = z.enum(["sign_in", "link"]);
export type WalletPurpose = z.infer<typeof walletPurposeSchema>;

export const walletChallengeRequestSchema = z.strictObject({
  address: walletAddressSchema,
  /** The network that the wallet is on (EIP-155). */
  chainId: z.number().int().positive().max(Number.MAX_SAFE_INTEGER),
  purpose: walletPurposeSchema.default("sign_in"),
});
export type WalletChallengeRequest = z.output<typeof walletChallengeRequestSchema>;

/** What the wallet has to sign, letter by letter. */
export const walletChallengeSchema = z.object({ message: z.string(), expiresAt: z.iso.datetime() });
export type WalletChallenge = z.infer<typeof walletChallengeSchema>;

export const signedMessageSchema = z.strictObject({
  message: z.string().min(1).max(2_000),
  /** By a key of the wallet's own. What stands behind a contract's signature could only be asked of its chain. */
  signature: z
    .string()
    .max(20_000)
    .regex(
      /^0x[0-9a-fA-F]{130}$/,
      "must be 65 bytes, signed by a wallet's own key; a contract's signature (EIP-1271) can't be checked here",
    ),
});
export type SignedMessage = z.infer<typeof signedMessageSchema>;

export const walletSchema = z.object({ address: z.string(), addedAt: z.iso.datetime() });
export type Wallet = z.infer<typeof walletSchema>;

export const walletsSchema = z.object({
  wallets: z.array(walletSchema),
  /** The networks that a wallet may be on; none where this installation takes no wallets. */
  chains: z.array(z.number().int()),
});
export type Wallets = z.infer<typeof walletsSchema>;

export const unlinkWalletRequestSchema = z.strictObject({ address: walletAddressSchema });
export type UnlinkWalletRequest = z.infer<typeof unlinkWalletRequestSchema>;

/** How people sign in here beside e-mail and password, as the server tells its pages with each request. */
export const waysInSchema = z.object({
  /** The networks that a wallet may be on; null where wallets are off. */
  wallet: z.object({ chains: z.array(z.number().int()).min(1) }).nullable(),
  /** The identity provider, as people call it; null where there is none. */
  oidc: z.object({ name: z.string() }).nullable(),
});
export type WaysIn = z.infer<typeof waysInSchema>;

/** The request header, set by the server, in which a page finds `WaysIn` as JSON. */
export const WAYS_IN_HEADER = "cogni-ways-in";

/** Why the identity provider's word let nobody in: `refused` in the address of the sign-in page. */
export const oidcRefusalSchema = z.enum([
  "cancelled",
  "away",
  "unverified",
  "unknown",
  "too_often",
  "failed",
]);
export type OidcRefusal = z.infer<typeof oidcRefusalSchema>;

/** What a wallet tells a page of itself (EIP-6963): outside data, drawn beside its name. */
export const announcedWalletSchema = z.object({
  uuid: z.string().min(1).max(100),
  name: z.string().trim().min(1).max(60),
  /** Drawn without asking anyone else for it. */
  icon: z
    .string()
    .max(200_000)
    .regex(/^data:image\/(png|webp|jpeg|gif|svg\+xml)[;,]/)
    .nullable()
    .catch(null),
});
export type AnnouncedWallet = z.infer<typeof announcedWalletSchema>;
