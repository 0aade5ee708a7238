/** A wallet in the page, as an extension puts one there (EIP-6963); its key and its answers are the test's. */
import type { Page } from "@playwright/test";
import type { PrivateKeyAccount } from "viem/accounts";

export const WALLET_NAME = "Test Wallet";

export interface TestWallet {
  /** The network it is on. */
  chainId: number;
  /** What its person answers when asked to sign: an error's code, or null to sign. */
  refusesWith: number | null;
}

/** Stands in the page from its next load on. What is set on the answer counts from then on. */
export async function putWallet(page: Page, account: PrivateKeyAccount): Promise<TestWallet> {
  const wallet: TestWallet = { chainId: 1, refusesWith: null };
  const answer = async (method: string, params: unknown[]): Promise<unknown> => {
    if (method === "eth_requestAccounts") return [account.address];
    if (method === "eth_chainId") return `0x${wallet.chainId.toString(16)}`;
    if (method === "wallet_switchEthereumChain") wallet.chainId = 1;
    if (method === "personal_sign")
      return account.signMessage({ message: { raw: params[0] as `0x${string}` } });
    return null;
  };
  await page.exposeFunction("askTestWallet", async (method: string, params: unknown[] = []) =>
    wallet.refusesWith !== null && method === "personal_sign"
      ? { code: wallet.refusesWith }
      : { result: await answer(method, params) },
  );
  await page.addInitScript({ content: ANNOUNCED });
  return wallet;
}

/** Beside ours, announcements that are none: the page must stand them. */
const ANNOUNCED = `
  const provider = {
    async request({ method, params }) {
      const { result, code } = await askTestWallet(method, params);
      if (code !== undefined) throw Object.assign(new Error("refused"), { code });
      return result;
    },
  };
  const icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";
  const details = [
    { info: { uuid: "test", name: ${JSON.stringify(WALLET_NAME)}, icon, rdns: "test.wallet" }, provider },
    { info: { uuid: "phones home", name: "Iconless Wallet", icon: "https://evil.test/icon.png" }, provider },
    { info: { uuid: "nameless", name: "" }, provider },
    { info: { uuid: "dumb", name: "Dumb Wallet" }, provider: {} },
    null,
  ];
  const announce = () => {
    for (const detail of details) dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  };
  addEventListener("eip6963:requestProvider", announce);
`;
