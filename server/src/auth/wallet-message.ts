/**
 * The message that a wallet signs (EIP-4361): written and read here, and taken back only letter by letter as it was written.
 * Its own text instead of a library's, which reads more than one form and refuses hosts without a dot.
 */
import { randomBytes } from "node:crypto";
import type { WalletPurpose } from "@cogni/contract";

/** The sentence that the person reads in the wallet. */
const STATEMENTS: Readonly<Record<WalletPurpose, string>> = {
  sign_in: "Sign in with this wallet.",
  link: "Add this wallet to your account, to sign in with it.",
};

const SKEW_MS = 60_000;

export interface WalletMessage {
  /** With its checksum in large letters. */
  readonly address: string;
  readonly chainId: number;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export function writeMessage(
  publicUrl: URL,
  purpose: WalletPurpose,
  { address, chainId, issuedAt, expiresAt }: WalletMessage,
): string {
  return `${publicUrl.host} wants you to sign in with your Ethereum account:
${address}

${STATEMENTS[purpose]}

URI: ${publicUrl.origin}
Version: 1
Chain ID: ${chainId}
Nonce: ${randomBytes(16).toString("hex")}
Issued At: ${issuedAt.toISOString()}
Expiration Time: ${expiresAt.toISOString()}`;
}

const FORM = new RegExp(
  [
    "^(?<domain>\\S+) wants you to sign in with your Ethereum account:",
    "(?<address>0x[0-9a-fA-F]{40})",
    "",
    "(?<statement>.+)",
    "",
    "URI: (?<uri>\\S+)",
    "Version: (?<version>\\S+)",
    "Chain ID: (?<chainId>[1-9]\\d{0,14})",
    "Nonce: (?<nonce>[0-9a-f]{32})",
    "Issued At: (?<issuedAt>\\S{24})",
    "Expiration Time: (?<expiresAt>\\S{24})$",
  ].join("\n"),
);

/** What the message says; null for one of another form, place, purpose, version or chain, and for one out of its time. */
export function readMessage(
  text: string,
  publicUrl: URL,
  purpose: WalletPurpose,
  chains: readonly number[],
  now: Date,
): WalletMessage | null {
  const said = FORM.exec(text)?.groups;
  if (!said) return null;
  const { domain, address = "", statement, uri, version, chainId, issuedAt = "", expiresAt = "" } = said;
  const ours = domain === publicUrl.host && uri === publicUrl.origin;
  const meant = statement === STATEMENTS[purpose] && version === "1" && chains.includes(Number(chainId));
  const message = {
    address,
    chainId: Number(chainId),
    issuedAt: new Date(issuedAt),
    expiresAt: new Date(expiresAt),
  };
  // Written so that a time which is none counts as over. It may have been issued by a process whose clock is ahead.
  const inTime = message.issuedAt.getTime() <= now.getTime() + SKEW_MS && now < message.expiresAt;
  return ours && meant && inTime ? message : null;
}
