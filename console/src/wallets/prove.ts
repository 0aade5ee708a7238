/** Has a wallet sign one of our messages, and tells what may go wrong on the way in words that a page has. */
import { type SignedMessage, type WalletPurpose, walletAddressSchema } from "@cogni/contract";
import { api } from "../api.ts";
import type { FoundWallet } from "./discovery.ts";

/** `silent`: it answered, but not as wallets do. */
export type WalletTroubleKind = "declined" | "pending" | "wrongNetwork" | "silent";

export class WalletTrouble extends Error {
  readonly kind: WalletTroubleKind;

  constructor(kind: WalletTroubleKind, cause?: unknown) {
    super(kind, { cause });
    this.name = "WalletTrouble";
    this.kind = kind;
  }
}

/** Of EIP-1193 and EIP-3085: the person said no; it is asking already; it does not know the network. */
const CODES = new Map<unknown, WalletTroubleKind>([
  [4001, "declined"],
  [-32002, "pending"],
  [4902, "wrongNetwork"],
]);

/**
 * @param chains the networks that it may be on
 * @throws WalletTrouble, ApiError
 */
export async function proveWallet(
  wallet: FoundWallet,
  chains: readonly number[],
  purpose: WalletPurpose,
): Promise<SignedMessage> {
  const accounts = await ask(wallet, "eth_requestAccounts");
  const address = walletAddressSchema.safeParse(Array.isArray(accounts) ? accounts[0] : undefined);
  if (!address.success) throw new WalletTrouble("silent");
  const chainId = Number(await ask(wallet, "eth_chainId"));
  if (!chains.includes(chainId)) throw new WalletTrouble("wrongNetwork");
  const { message } = await api.walletChallenge({ address: address.data, chainId, purpose });
  const signature = await ask(wallet, "personal_sign", [hexOf(message), address.data]);
  if (typeof signature !== "string") throw new WalletTrouble("silent");
  return { message, signature };
}

/** Asks the wallet to change over, which it asks the person. @throws WalletTrouble */
export async function switchNetwork(wallet: FoundWallet, chainId: number): Promise<void> {
  await ask(wallet, "wallet_switchEthereumChain", [{ chainId: `0x${chainId.toString(16)}` }]);
}

async function ask(wallet: FoundWallet, method: string, params?: unknown[]): Promise<unknown> {
  try {
    return await wallet.request({ method, ...(params && { params }) });
  } catch (cause) {
    const code = typeof cause === "object" && cause !== null ? Reflect.get(cause, "code") : undefined;
    throw new WalletTrouble(CODES.get(code) ?? "silent", cause);
  }
}

function hexOf(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  return `0x${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
