/** The ways in beside the password, in the browser: a wallet that the page finds, and the identity provider. */
import type { Page } from "@playwright/test";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { beforeAll, expect } from "vitest";
import type { Administrator, Tenant } from "../../dev-env/src/seed.ts";
import { barriers, expectPage, PATIENT, test, type Visit, world } from "../support/browsing.ts";
import { putWallet, WALLET_NAME } from "../support/test-wallet.ts";

let tenant: Tenant;
let administrator: Administrator;
beforeAll(async () => {
  const [made, administers] = await Promise.all([world.tenants(1), world.administrator()]);
  [tenant] = made as [Tenant];
  administrator = administers;
});

const API = ["/api/auth/wallet"];
const newAccount = () => privateKeyToAccount(generatePrivateKey());

type Person = Pick<Tenant, "email" | "password">;

/** Their page, where they have been asked by the wallet to link it. */
async function link(visit: Visit, person: Person, account: PrivateKeyAccount): Promise<Page> {
  const page = await visit(person, { path: "/account", tolerates: API });
  await putWallet(page, account);
  await page.reload();
  await page.getByRole("button", { name: "Link a wallet" }).click();
  await page.getByRole("button", { name: WALLET_NAME }).click();
  return page;
}

const unlinkOf = (page: Page, { address }: PrivateKeyAccount) =>
  page.getByRole("button", { name: `Unlink ${address.slice(0, 6)}…${address.slice(-4)}` });

test("a wallet of this browser signs its person in; what it refuses is told, and can be tried again", async ({
  visit,
}) => {
  const account = newAccount();
  await expectPage(unlinkOf(await link(visit, tenant, account), account)).toBeVisible();
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

test("a wallet that is linked is nobody else's, and signs nobody in once it is unlinked", async ({
  visit,
}) => {
  const account = newAccount();
  const page = await link(visit, administrator, account);
  await expectPage(page.getByText("Wallet linked")).toBeVisible();
  const theirs = await link(visit, tenant, account);
  await expectPage(theirs.getByText("This wallet already signs someone else in.")).toBeVisible();
  expect(await barriers(theirs)).toEqual([]);

  await unlinkOf(page, account).click();
  const dialog = page.getByRole("dialog");
  await expectPage(dialog).toContainText(account.address.toLowerCase());
  await dialog.getByRole("button", { name: "Unlink" }).click();
  await expectPage(page.getByText("No wallet linked yet.")).toBeVisible();
  const signIn = await visit(null, { path: "/sign-in", tolerates: API });
  await putWallet(signIn, account);
  await signIn.reload();
  await signIn.getByRole("button", { name: "Continue with a wallet" }).click();
  await signIn.getByRole("button", { name: WALLET_NAME }).click();
  await expectPage(signIn.getByText("This wallet signs nobody in here.")).toBeVisible();
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
