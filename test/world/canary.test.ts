/**
 * A credential stands in the vault and in the messenger's hands, and nowhere between: after good, refused, replaced and
 * disconnected tokens, none of them is in the database's files, any log, the gateway's whole state folder, or an answer.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { connectAll, makeAccounts, PATIENCE_MS } from "../support/accounts.ts";
import { databaseFolder, findIn, formsOf } from "../support/canary.ts";
import { gatewayRpc } from "../support/gateway.ts";
import { measured } from "../support/measured.ts";

const world = joinWorld(inject("world"));

test("the search finds a credential in every form in which one could leak", () => {
  const secret = randomBytes(26).toString("base64url");
  const folder = mkdtempSync(join(world.dataDir, "canary-"));
  try {
    for (const [index, form] of formsOf(secret).entries()) {
      const around = Buffer.from([1, 2, 255]);
      writeFileSync(join(folder, `${index}.bin`), Buffer.concat([around, form.bytes, around]));
      expect(findIn([folder], [secret]).found, form.name).toEqual([join(folder, `${index}.bin`)]);
      rmSync(join(folder, `${index}.bin`));
    }
    const encoded = Buffer.from(`{"token":"1:${secret}"}`).toString("base64");
    writeFileSync(join(folder, "wrapped"), encoded);
    expect(findIn([folder], [secret]).found).toEqual([join(folder, "wrapped")]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("no credential stands in the database's files, a log, the gateway's state or an answer", {
  timeout: 240_000,
}, async () => {
  const seen: string[] = [];
  const accounts = (await makeAccounts(world, 5)).map((account) => {
    const request: typeof account.api.request = async (...args) => {
      const answer = await account.api.request(...args);
      seen.push(JSON.stringify([answer.status, [...answer.headers], answer.body]));
      return answer;
    };
    return { ...account, request };
  });
  const [good, refused, replaced, disconnected, clumsy] = accounts;
  if (!good || !refused || !replaced || !disconnected || !clumsy) throw new Error("no tenants were made");
  const post = (account: typeof good, body: unknown, headers = {}) =>
    account.request("POST", "/api/v1/channels/connect", body, headers);
  const connect = (account: typeof good, credential: string) =>
    post(account, { channel: "telegram", credential });

  const wrong = `1234567890:${randomBytes(26).toString("base64url")}`;
  const next = await world.bot();
  await Promise.all([
    connect(good, good.token),
    connect(refused, wrong),
    connect(replaced, replaced.token),
    connect(disconnected, disconnected.token),
  ]);
  await connectAll([good, replaced, disconnected]);
  await refused.api.reaches("telegram", ["action_required"], PATIENCE_MS);
  await Promise.all([
    connect(replaced, next.token),
    disconnected.request("POST", "/api/v1/channels/disconnect", { channel: "telegram" }),
    // Claimed already.
    connect(clumsy, good.token),
    // In every place where it does not belong.
    connect(clumsy, `${clumsy.token} ${clumsy.token}\u0007`),
    post(clumsy, { channel: clumsy.token, credential: clumsy.token }),
    post(clumsy, { channel: "telegram", [clumsy.token]: clumsy.token }),
    post(clumsy, { channel: "telegram", credentials: { [clumsy.token.replace(/\W/g, "")]: clumsy.token } }),
    post(clumsy, { channel: "telegram", credentials: { a: clumsy.token } }),
    post(clumsy, `{"channel": "telegram", "credential": "${clumsy.token}`),
    post(clumsy, clumsy.token, { "content-type": "text/plain" }),
  ]);
  await connectAll([{ ...replaced, ...next }]);
  await disconnected.api.reaches("telegram", ["not_connected"], PATIENCE_MS);
  // A token that dies while it is in use makes the gateway talk, too.
  await world.telegram.revoke(next.token);
  await replaced.api.reaches("telegram", ["action_required"], PATIENCE_MS);
  await world.telegram.say(good.token, { chat: 3, text: "hello" });
  for (const account of accounts) await account.request("GET", "/api/v1/channels/status");
  for (const method of ["config.get", "channels.status", "cogni.accounts", "cogni.info"]) {
    seen.push(JSON.stringify(await gatewayRpc(world, method)));
  }
  seen.push(JSON.stringify(await world.llm.calls()));

  const secrets = [good.token, wrong, replaced.token, next.token, disconnected.token, clumsy.token].map(
    // What follows the bot's number, which is no secret.
    (token) => token.slice(token.indexOf(":") + 1).replace(/\W/g, ""),
  );
  const whole = seen.join("\n");
  for (const secret of secrets) {
    for (const { name, bytes } of formsOf(secret))
      expect(whole.includes(bytes.toString("latin1")), name).toBe(false);
  }
  const { found, files, bytes } = findIn([world.dataDir, await databaseFolder(world)], secrets);
  measured(
    `searched ${files} files (${Math.round(bytes / 1e6)} MB) and ${seen.length} answers for ${secrets.length} credentials`,
  );
  expect(found).toEqual([]);
});
