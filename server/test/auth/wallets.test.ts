import { type BillingAccountId, walletChallengeSchema } from "@cogni/contract";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertPersonWithoutPassword } from "../../src/db/oidc-identities.ts";
import { withNoTenant } from "../../src/db/tenant.ts";
import { addWallet } from "../../src/db/wallets.ts";
import { asSuperuser, type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { cookieOf, type Edge, postJson, problemOf, signIn, startEdge } from "../support/edge.ts";

let database: TestDatabase;
let edge: Edge;
/** Another process on the same database. */
let other: Edge;
let acme: BillingAccountId;

const env = { TRUSTED_PROXIES: "127.0.0.1", WALLET_CHAINS: "1,137" };

beforeAll(async () => {
  database = await testDatabase();
  [acme] = (await tenants(database.db, "acme")) as [BillingAccountId];
  edge = await startEdge(database, { env });
  other = await startEdge(database, { env });
});
afterAll(async () => {
  await Promise.all([edge.close(), other.close()]);
  await database.drop();
});

const newWallet = () => privateKeyToAccount(generatePrivateKey());
let addresses = 0;
/** Each asks from an address of its own: what is wrong is counted by address. */
const from = () => ({ "x-forwarded-for": `198.51.100.${++addresses}` });
const post = (path: string, body: object, headers: Record<string, string> = from(), at = edge) =>
  postJson(`${at.url}/api/auth/${path}`, body, headers);

async function messageFor(
  address: string,
  more: object = {},
  headers?: Record<string, string>,
): Promise<string> {
  const answer = await post("wallet/challenge", { address, chainId: 1, ...more }, headers);
  return walletChallengeSchema.parse(await answer.json()).message;
}

async function signed(wallet: PrivateKeyAccount, message?: string) {
  const text = message ?? (await messageFor(wallet.address));
  return { message: text, signature: await wallet.signMessage({ message: text }) };
}

/** A person with a wallet, and the cookie of a session of theirs. */
async function holder(name: string): Promise<{ wallet: PrivateKeyAccount; cookie: string }> {
  const cookie = cookieOf(await signIn(edge, acme, `${name}@acme.test`));
  const wallet = newWallet();
  expect((await link(wallet, cookie)).status).toBe(200);
  return { wallet, cookie };
}

async function link(wallet: PrivateKeyAccount, cookie: string): Promise<Response> {
  const message = await messageFor(wallet.address, { purpose: "link" }, { cookie });
  return post("wallets/link", await signed(wallet, message), { cookie });
}

const addressesOf = async (cookie: string): Promise<string[]> => {
  const answer = await fetch(`${edge.url}/api/auth/wallets`, { headers: { cookie } });
  return ((await answer.json()) as { wallets: { address: string }[] }).wallets.map(({ address }) => address);
};
const me = async (cookie: string) =>
  (await fetch(`${edge.url}/api/v1/me`, { headers: { cookie } })).json() as Promise<object>;

describe("a wallet", () => {
  test("signs its person in, by a new session with the same cookie as a password's", async () => {
    const { wallet } = await holder("ann");
    const planted = cookieOf(await signIn(edge, acme, "eve@acme.test"));
    const answer = await post("wallet/sign-in", await signed(wallet), { cookie: planted });
    expect(await answer.json()).toEqual({ person: { email: "ann@acme.test", name: "Ann" } });
    const setCookie = answer.headers.get("set-cookie") ?? "";
    expect(setCookie).toMatch(
      /^cogni\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(cookieOf(setCookie)).not.toBe(planted);
    expect(await me(cookieOf(setCookie))).toMatchObject({ person: { email: "ann@acme.test" } });
    expect(await me(planted)).toMatchObject({ person: { email: "eve@acme.test" } });
  });

  test("is asked to sign who asks, from where, on which chain and until when", async () => {
    const { address } = newWallet();
    const message = await messageFor(address.toLowerCase(), { chainId: 137 });
    expect(message.replaceAll(/[0-9a-f]{32}|[\dT:.-]{23}Z/g, "…").split("\n")).toEqual([
      "console.test wants you to sign in with your Ethereum account:",
      address,
      "",
      "Sign in with this wallet.",
      "",
      "URI: http://console.test",
      "Version: 1",
      "Chain ID: 137",
      "Nonce: …",
      "Issued At: …",
      "Expiration Time: …",
    ]);
  });

  test("is answered alike when it is nobody's and when another has signed", async () => {
    const { wallet } = await holder("alike");
    const stranger = newWallet();
    const ofNobody = await post("wallet/sign-in", await signed(stranger));
    const byAnother = await post("wallet/sign-in", {
      ...(await signed(stranger, await messageFor(wallet.address))),
    });
    const told = await Promise.all(
      [ofNobody, byAnother].map(async (answer) => ({ ...(await problemOf(answer)), requestId: "" })),
    );
    expect(told[0]).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(told[0]).toEqual(told[1]);
    expect([ofNobody, byAnother].map(({ headers }) => headers.get("set-cookie"))).toEqual([null, null]);
  });

  test("that is a contract is refused in plain words", async () => {
    const { wallet } = await holder("contract");
    const { message } = await signed(wallet);
    const refused = await problemOf(
      await post("wallet/sign-in", { message, signature: `0x${"ab".repeat(200)}` }),
    );
    expect(refused).toMatchObject({ status: 400, code: "invalid_request" });
    expect(refused.errors).toEqual([{ path: "signature", message: expect.stringContaining("EIP-1271") }]);
  });

  test("is not proven by a signature that is none", async () => {
    for (const byte of ["00", "ff"]) {
      const message = await messageFor(newWallet().address);
      const answer = await post("wallet/sign-in", { message, signature: `0x${byte.repeat(65)}` });
      expect(answer.status).toBe(401);
    }
  });

  test("on a chain that is not accepted is refused, and so is any where wallets are off", async () => {
    const { address } = newWallet();
    const wrong = await post("wallet/challenge", { address, chainId: 56 });
    expect(await problemOf(wrong)).toMatchObject({ status: 400, code: "wallet_chain" });
    const off = await startEdge(database, { env: { WALLET_CHAINS: "off" } });
    try {
      const refused = await post("wallet/challenge", { address, chainId: 1 }, {}, off);
      expect(await problemOf(refused)).toMatchObject({ status: 403, code: "wallets_off" });
    } finally {
      await off.close();
    }
  });

  test("is guessed at so often, and nobody else is kept out by that", async () => {
    const { wallet } = await holder("target");
    const guesser = { "x-forwarded-for": "192.0.2.7" };
    const tries = [];
    for (let i = 0; i < 12; i++) {
      const body = await signed(newWallet(), await messageFor(wallet.address));
      tries.push((await post("wallet/sign-in", body, guesser)).status);
    }
    expect(tries).toEqual([...Array(10).fill(401), 429, 429]);
    expect((await post("wallet/sign-in", await signed(wallet))).status).toBe(200);
  });
});

describe("a signed message", () => {
  let wallet: PrivateKeyAccount;
  beforeAll(async () => {
    ({ wallet } = await holder("bob"));
  });

  test("is good once, also for two at the same moment in two processes", async () => {
    const body = await signed(wallet);
    const answers = await Promise.all(
      [edge, other, edge, other].map((at) => post("wallet/sign-in", body, from(), at)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    expect((await post("wallet/sign-in", body)).status).toBe(401);
  });

  test("is used up by a wrong signature, too", async () => {
    const message = await messageFor(wallet.address);
    expect((await post("wallet/sign-in", await signed(newWallet(), message))).status).toBe(401);
    expect((await post("wallet/sign-in", await signed(wallet, message))).status).toBe(401);
  });

  test("is good for five minutes, by its own word and by the database's", async () => {
    const hurried = await startEdge(database, {
      env: { ...env, TIMING: JSON.stringify({ signIn: { challengeMs: 1 } }) },
    });
    try {
      const answer = await post("wallet/challenge", { address: wallet.address, chainId: 1 }, from(), hurried);
      const { message } = walletChallengeSchema.parse(await answer.json());
      expect((await post("wallet/sign-in", await signed(wallet, message))).status).toBe(401);
    } finally {
      await hurried.close();
    }
    const message = await messageFor(wallet.address);
    const [, issued = "", expires = ""] = /Issued At: (\S+)\nExpiration Time: (\S+)/.exec(message) ?? [];
    expect(Date.parse(expires) - Date.parse(issued)).toBe(300_000);
    await asSuperuser(database, "UPDATE auth.wallet_challenge SET expires_at = now()");
    expect((await post("wallet/sign-in", await signed(wallet, message))).status).toBe(401);
  });

  test.each([
    ["another domain", (text: string) => text.replace("console.test wants", "evil.test wants")],
    [
      "another address to go to",
      (text: string) => text.replace("URI: http://console.test", "URI: http://evil.test"),
    ],
    ["another chain", (text: string) => text.replace("Chain ID: 1", "Chain ID: 137")],
    ["a chain that is not accepted", (text: string) => text.replace("Chain ID: 1", "Chain ID: 5")],
    ["another version", (text: string) => text.replace("Version: 1", "Version: 2")],
    ["another nonce", (text: string) => text.replace(/Nonce: \w+/, `Nonce: ${"0".repeat(32)}`)],
    ["a later end", (text: string) => text.replace(/(?<=Expiration Time: )\S+/, "2999-01-01T00:00:00.000Z")],
    ["another sentence", (text: string) => text.replace("Sign in with this wallet.", "Nothing to see.")],
    ["more to it", (text: string) => `${text}\nResources:\n- http://evil.test`],
    ["a line before it", (text: string) => `\n${text}`],
    ["other letters of the address", (text: string) => text.replace(/0x\w{40}/, (it) => it.toLowerCase())],
  ])("with %s than was given out is refused, however well it is signed", async (_, altered) => {
    const given = await messageFor(wallet.address);
    const message = altered(given);
    expect(message).not.toBe(given);
    expect((await post("wallet/sign-in", await signed(wallet, message))).status).toBe(401);
  });

  test("given out by an installation at another address is refused here, also from the same database", async () => {
    const elsewhere = await startEdge(database, { env: { ...env, PUBLIC_URL: "https://elsewhere.test" } });
    try {
      const answer = await post(
        "wallet/challenge",
        { address: wallet.address, chainId: 1 },
        from(),
        elsewhere,
      );
      const { message } = walletChallengeSchema.parse(await answer.json());
      expect((await post("wallet/sign-in", await signed(wallet, message))).status).toBe(401);
    } finally {
      await elsewhere.close();
    }
  });

  test("to sign in adds no wallet, and one to add a wallet signs nobody in and is of no use to another", async () => {
    const { wallet, cookie } = await holder("purpose");
    const mallory = cookieOf(await signIn(edge, acme, "mallory@acme.test"));
    const fresh = newWallet();
    const toSignIn = await post("wallets/link", await signed(fresh), { cookie });
    expect(await problemOf(toSignIn)).toMatchObject({ status: 400, code: "wallet_unproven" });
    const toLink = (address: string) => messageFor(address, { purpose: "link" }, { cookie });
    expect((await post("wallet/sign-in", await signed(wallet, await toLink(wallet.address)))).status).toBe(
      401,
    );
    const stolen = await signed(fresh, await toLink(fresh.address));
    expect((await post("wallets/link", stolen, { cookie: mallory })).status).toBe(400);
    expect(await addressesOf(mallory)).toEqual([]);
    expect((await post("wallets/link", stolen, { cookie })).status).toBe(200);
    expect((await post("wallets/link", stolen, { cookie })).status).toBe(400);
  });

  test("is kept as a hash only", async () => {
    const message = await messageFor(newWallet().address);
    const nonce = /Nonce: (\w+)/.exec(message)?.[1] ?? "";
    const rows = await asSuperuser(
      database,
      "SELECT encode(message_hash, 'escape') AS hash FROM auth.wallet_challenge",
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(nonce);
  });
});

describe("a person's wallets", () => {
  test("are one person's each, whoever comes first", async () => {
    const { wallet, cookie } = await holder("first");
    const second = cookieOf(await signIn(edge, acme, "second@acme.test"));
    expect(await problemOf(await link(wallet, second))).toMatchObject({ status: 409, code: "wallet_taken" });
    expect((await link(wallet, cookie)).status).toBe(200);
    expect(await addressesOf(cookie)).toEqual([wallet.address.toLowerCase()]);
    const both = newWallet();
    const answers = await Promise.all([link(both, cookie), link(both, second)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test("are removed by their person alone, and sign nobody in from then on", async () => {
    const { wallet, cookie } = await holder("gone");
    const another = cookieOf(await signIn(edge, acme, "another@acme.test"));
    const { address } = wallet;
    expect((await post("wallets/unlink", { address }, { cookie: another })).status).toBe(200);
    expect(await addressesOf(cookie)).toHaveLength(1);
    expect((await post("wallets/unlink", { address }, { cookie })).status).toBe(200);
    expect((await post("wallet/sign-in", await signed(wallet))).status).toBe(401);
  });

  test("never go so far that no way in is left, also when two go at the same moment", async () => {
    const wallets = [newWallet(), newWallet()] as const;
    await withNoTenant(database.db, async (tx) => {
      const userId = await insertPersonWithoutPassword(tx, { name: "Wally", email: "wally@acme.test" });
      for (const { address } of wallets) await addWallet(tx, address.toLowerCase(), userId ?? "");
    });
    const signedIn = await post("wallet/sign-in", await signed(wallets[0]));
    const cookie = cookieOf(signedIn.headers.get("set-cookie") ?? "");
    const answers = await Promise.all(
      wallets.map(({ address }) => post("wallets/unlink", { address }, { cookie })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await addressesOf(cookie)).toHaveLength(1);
  });
});
