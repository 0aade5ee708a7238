/**
 * The wallets of this browser, as they announce themselves (EIP-6963). What they say is outside data, and there is no telling
 * who is all of them: some come late.
 */
import { type AnnouncedWallet, announcedWalletSchema } from "@cogni/contract";

/** Asks the wallet for something (EIP-1193): it may take as long as a person does, or never answer. */
export type WalletRequest = (asked: { method: string; params?: unknown[] }) => Promise<unknown>;

export interface FoundWallet extends AnnouncedWallet {
  readonly request: WalletRequest;
}

/** More than anyone has; the others are likely to be a page's script gone wrong. */
const MOST = 12;

/** Tells all that were found so far, each time another one is. @returns what ends it */
export function watchWallets(onFound: (wallets: readonly FoundWallet[]) => void): () => void {
  const found = new Map<string, FoundWallet>();
  const hear = (event: Event): void => {
    const wallet = "detail" in event ? announced(event.detail) : null;
    if (!wallet || found.has(wallet.uuid) || found.size >= MOST) return;
    found.set(wallet.uuid, wallet);
    onFound([...found.values()]);
  };
  window.addEventListener("eip6963:announceProvider", hear);
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  return () => window.removeEventListener("eip6963:announceProvider", hear);
}

/** Null for anything but a wallet that can be drawn and asked. */
function announced(detail: unknown): FoundWallet | null {
  const info = announcedWalletSchema.safeParse(of(detail, "info"));
  const provider = of(detail, "provider");
  const request = of(provider, "request");
  if (!info.success || typeof request !== "function") return null;
  return { ...info.data, request: async (asked) => Reflect.apply(request, provider, [asked]) };
}

function of(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
