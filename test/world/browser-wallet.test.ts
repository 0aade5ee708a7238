/** The ways in beside the password, in the browser: a wallet that the page finds, and the identity provider. */
import { TENANT_HEADER, walletChallengeSchema } from "@cogni/contract";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { beforeAll, expect } from "vitest";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { barriers, expectPage, PATIENT, test, type Visit, world } from "../support/browsing.ts";
import { putWallet, WALLET_NAME } from "../support/test-wallet.ts";

let tenant: Tenant;
beforeAll(async () => {
  [tenant] = (await world.tenants(1)) as [Tenant];
});

const API = ["/api/auth/wallet/"];
const newAccount = () => privateKeyToAccount(generatePrivateKey());

/** Adds the wallet to the person, as a program of theirs would. */
async function link(visit: Visit, account: PrivateKeyAccount): Promise<void> {
  const { request } = await visit(tenant);
  const headers = { origin: world.url, [TENANT_HEADER]: tenant.billingAccountId };
  const data = { address: account.address, chainId: 1, purpose: "link" };
  const answer = await request.post("/api/auth/wallet/challenge", { data, headers });
  const { message } = walletChallengeSchema.parse(await answer.json());
  const signed = { message, signature: await account.signMessage({ message }) };
  const linked = await request.post("/api/auth/wallets/link", { data: signed, headers });
  expect(linked.status(), await linked.text()).toBe(200);
}

test("a wallet of this browser signs its person in; what it refuses is told, and can be tried again", async ({
  visit,
}) => {
  const account = newAccount();
  await link(visit, account);
  const page = await visit(null, { path: "/sign-in", tolerates: API });
  const wallet = await putWallet(page, account);
  await page.goto("/sign-in?next=/channels?from=wallet");
  await page.getByRole("button", { name: "Continue with a wallet" }).click();
  const wallets = page.getByRole("list", { name: "Wallets in this browser" }).getByRole("button");
  await expectPage(wallets).toHaveText([WALLET_NAME, "Iconless Wallet"]);
  expect(await barriers(page)).toEqual([]);
  const ours = page.getByRole("button", { name: WALLET_NAME });

  wallet.refusesWith = 4001;
  await ours.click();
  await expectPage(page.getByText("You declined in the wallet. Nothing happened.")).toBeVisible();
  wallet.refusesWith = -32603;
  await ours.click();
  await expectPage(page.getByText("The wallet did not answer as it should.")).toBeVisible();
  wallet.refusesWith = null;
  wallet.chainId = 56;
  await ours.click();
  await expectPage(page.getByText("The wallet is on another network. Switch it to Ethereum.")).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Switch network" }).click();
  await expectPage(page.getByRole("heading", { name: "Channels" })).toBeVisible(PATIENT);
  await expectPage(page.getByRole("banner")).toContainText(tenant.name);
  expect(new URL(page.url()).search).toBe("?from=wallet");
});

test("a browser without a wallet says so, and a wallet that is nobody's is told how to become someone's", async ({
  visit,
}) => {
  const page = await visit(null, { path: "/sign-in", tolerates: API });
  await page.getByRole("button", { name: "Continue with a wallet" }).click();
  await expectPage(page.getByText("No wallet found in this browser.")).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await putWallet(page, newAccount());
  await page.reload();
  await page.getByRole("button", { name: "Continue with a wallet" }).click();
  await page.getByRole("button", { name: WALLET_NAME }).click();
  await expectPage(page.getByText("This wallet signs nobody in here.")).toBeVisible();
  await expectPage(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("the identity provider signs its person in, and whom it can't vouch for is told why", async ({
  visit,
}) => {
  await world.oidc.nextPerson({ sub: "stranger", email: "stranger@elsewhere.test", email_verified: true });
  const page = await visit(null, { path: "/sign-in?next=/channels?from=sso" });
  await page.getByRole("link", { name: "Continue with Stand-in" }).click();
  await expectPage(page.getByText("Nobody here has the address that Stand-in knows you by.")).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await world.oidc.nextPerson({ sub: tenant.email, email: tenant.email, email_verified: true });
  await page.getByRole("link", { name: "Continue with Stand-in" }).click();
  await expectPage(page.getByRole("heading", { name: "Channels" })).toBeVisible(PATIENT);
  await expectPage(page.getByRole("banner")).toContainText(tenant.name);
  expect(new URL(page.url()).search).toBe("?from=sso");
});
