/** What a tenant tells its agent, from the page and the API to the words that reach a model and a person. */
import { type AgentSettings, agentSettingsSchema } from "@cogni/contract";
import { expect, vi } from "vitest";
import { type Account, connectAll, makeAccounts, PATIENCE_MS } from "../support/accounts.ts";
import { expectPage, PATIENT, test, world } from "../support/browsing.ts";
import { accountRows, gatewayLog, gatewayRpc } from "../support/gateway.ts";

const read = async ({ api }: Account): Promise<AgentSettings> =>
  agentSettingsSchema.parse((await api.request("GET", "/api/v1/agent")).body);

/** Resolves once the next message is answered by it. */
async function tell(account: Account, change: Partial<AgentSettings>): Promise<void> {
  const { instructions, greeting, model, version } = await read(account);
  const body = { instructions, greeting, model, version, ...change };
  const { status } = await account.api.request("POST", "/api/v1/agent", body);
  expect(status).toBe(200);
  await vi.waitFor(async () => expect((await read(account)).applied).toBe(true), {
    timeout: PATIENCE_MS,
    interval: 100,
  });
}

/** Someone writes and is answered by the echo; all the texts that they were sent. */
async function ask({ token }: Account, chat: number, text: string): Promise<string[]> {
  const sent = async () =>
    (await world.telegram.sent(token)).filter(({ chatId }) => chatId === String(chat)).map((one) => one.text);
  await world.telegram.say(token, { chat, text });
  await vi.waitFor(async () => expect((await sent()).at(-1)).toContain(text), {
    timeout: PATIENCE_MS,
    interval: 100,
  });
  return sent();
}

async function callFor({ id }: Account, text: string) {
  const calls = await world.llm.calls();
  const call = calls.find(({ endUserId, lastUserText }) => endUserId === id && lastUserText === text);
  return { ...call, prompt: JSON.stringify(call?.messages) };
}

test.concurrent("each tenant's words reach its own agent with the next message, no account is restarted, and a lost state is told again", {
  timeout: 240_000,
}, async () => {
  const pair = (await makeAccounts(world, 2)) as [Account, Account];
  const [acme, beta] = pair;
  // Before there is any channel, too.
  await tell(acme, { instructions: `You are ${acme.id}.`, greeting: `Welcome to ${acme.id}` });
  await connectAll(pair);
  const startedAt = async () => {
    const rows = await accountRows(world);
    return pair.map(({ accountId }) => rows.get(accountId)?.lastStartAt);
  };
  const before = await startedAt();

  expect(await ask(acme, 31, "hello acme")).toEqual([`Welcome to ${acme.id}`, "hello acme"]);
  expect(await ask(beta, 31, "hello beta")).toEqual(["hello beta"]);
  expect((await callFor(acme, "hello acme")).prompt).toContain(`You are ${acme.id}.`);
  expect((await callFor(beta, "hello beta")).prompt).not.toContain(acme.id);

  await tell(acme, { instructions: "You are another one.", model: "echo-large" });
  expect(await ask(acme, 31, "and now?")).toEqual([`Welcome to ${acme.id}`, "hello acme", "and now?"]);
  const changed = await callFor(acme, "and now?");
  expect(changed.model).toBe("echo-large");
  expect(changed.prompt).toContain("You are another one.");
  expect((await callFor(beta, "hello beta")).model).toBe("echo");

  await gatewayRpc(world, "cogni.agents.brief", {
    agentId: acme.accountId,
    brief: { instructions: "by hand", greeting: "", model: null },
  });
  const digests = async () => JSON.stringify(await gatewayRpc(world, "cogni.agents"));
  const byHand = await digests();
  await vi.waitFor(async () => expect(await digests()).not.toBe(byHand), { timeout: PATIENCE_MS });
  await ask(acme, 31, "still you?");
  expect((await callFor(acme, "still you?")).prompt).toContain("You are another one.");

  expect(await startedAt()).toEqual(before);
  expect(gatewayLog(world).filter(({ line }) => line.includes("You are another one."))).toEqual([]);
});

test.concurrent("the page saves, says when it is used, keeps a draft, and overwrites nobody without a word", {
  timeout: 120_000,
}, async ({ visit }) => {
  const [account] = (await makeAccounts(world, 1)) as [Account];
  const path = `/t/${account.id}/settings/agent`;
  const page = await visit(account.tenant, { path, tolerates: ["/api/v1/agent"] });
  await page.getByRole("textbox", { name: "Instructions" }).fill("You are Nora.");
  await expectPage(page.getByText("Not saved yet.")).toBeVisible();

  // Another page and back: what was typed is still there.
  await page.getByRole("link", { name: "General" }).click();
  await expectPage(page.getByRole("heading", { name: "General" })).toBeVisible();
  await page.getByRole("link", { name: "Agent", exact: true }).click();
  await expectPage(page.getByRole("textbox", { name: "Instructions" })).toHaveValue("You are Nora.");
  await page.getByRole("combobox", { name: "Model" }).selectOption("echo-large");
  await page.getByRole("button", { name: "Save" }).click();
  await expectPage(page.getByText("Saved. Used from the next message on.")).toBeVisible(PATIENT);
  expect(await read(account)).toMatchObject({ instructions: "You are Nora.", model: "echo-large" });

  await tell(account, { greeting: "from elsewhere" });
  await page.getByRole("textbox", { name: "Greeting" }).fill("from here");
  await page.getByRole("button", { name: "Save" }).click();
  await expectPage(page.getByText("Someone else saved these settings")).toBeVisible();
  expect((await read(account)).greeting).toBe("from elsewhere");
  await page.getByRole("button", { name: "Replace theirs with mine" }).click();
  await expectPage(page.getByText("Saved. Used from the next message on.")).toBeVisible(PATIENT);
  expect((await read(account)).greeting).toBe("from here");
});
