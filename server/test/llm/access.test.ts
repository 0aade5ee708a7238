/** Who gets in, with what, and how everyone else is told. */
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withService } from "../../src/db/tenant.ts";
import { setSuspended } from "../../src/db/tenant-status.ts";
import { Secret } from "../../src/secret.ts";
import { createLlmKeys } from "../../src/vault/llm-keys.ts";
import { asSuperuser, GATEWAY } from "../support/database.ts";
import {
  ask,
  chat,
  errorOf,
  keyOf,
  type LlmRoom,
  llmRoom,
  messageHeaders,
  newLlmTenant,
  settledRow,
  usageRows,
} from "../support/llm.ts";

let room: LlmRoom;
let now = new Date();
beforeAll(async () => {
  room = await llmRoom({ now: () => now, timing: { tenantMs: 1 } });
});
afterAll(() => room.close());

/** Nothing of it may have gone anywhere: neither upstream nor onto the bill. */
async function leftNoTrace(asking: () => Promise<void>, tenant?: Parameters<typeof usageRows>[1]) {
  const before = room.upstream.calls.length;
  await asking();
  await room.role.settle();
  expect(room.upstream.calls).toHaveLength(before);
  if (tenant) expect(await usageRows(room.database, tenant)).toEqual([]);
}

describe("a key", () => {
  test("is needed: none, a garbled one, one of another installation and one that is no bearer's are refused with 401", async () => {
    const { id, key } = await newLlmTenant(room);
    const foreign = createLlmKeys(new Secret(randomBytes(32)));
    const bad = [
      null,
      "",
      "sk-123",
      `${key}x`,
      key.slice(0, -1),
      key.toUpperCase(),
      `${key.slice(0, 12)}x${key.slice(13)}`,
      foreign.keyOf({ billingAccountId: id, gatewayId: GATEWAY, version: 1 }).reveal(),
    ];
    await leftNoTrace(async () => {
      for (const each of bad) {
        const refused = await errorOf(await ask(room.role, each, chat("hello")));
        expect(refused, String(each)).toMatchObject({ status: 401, code: "invalid_api_key" });
      }
      const basic = await ask(room.role, null, chat("hello"), { headers: { authorization: `Basic ${key}` } });
      expect(basic.status).toBe(401);
    }, id);
  });

  test("is good at the gateway that it was made for, and useless from another", async () => {
    const { id, key } = await newLlmTenant(room);
    await leftNoTrace(async () => {
      const elsewhere = await ask(room.role, keyOf(id, 1, "another"), chat("hello"));
      expect(await errorOf(elsewhere)).toMatchObject({ status: 401, code: "invalid_api_key" });
    }, id);
    expect((await ask(room.role, key, chat("hello"))).status).toBe(200);
  });

  test("that was rotated is taken until its end and no longer, and the next one not before it is made", async () => {
    const { id } = await newLlmTenant(room);
    const end = new Date(now.getTime() + 60_000);
    await asSuperuser(
      room.database,
      "INSERT INTO llm_keys (billing_account_id, version, previous_until) VALUES ($1, 3, $2)",
      [id, end],
    );
    const statuses = async () =>
      Promise.all(
        [1, 2, 3, 4].map(async (version) => (await ask(room.role, keyOf(id, version), chat("hi"))).status),
      );
    expect(await statuses()).toEqual([401, 200, 200, 401]);
    now = new Date(end.getTime() + 1);
    expect(await statuses()).toEqual([401, 401, 200, 401]);
  });

  test("of a tenant that is suspended is refused with 403, and good again afterwards", async () => {
    const { id, key } = await newLlmTenant(room);
    await withService(room.database.db, (tx) => setSuspended(tx, id, true));
    await leftNoTrace(async () => {
      const refused = await errorOf(await ask(room.role, key, chat("hello")));
      expect(refused).toMatchObject({ status: 403, code: "tenant_suspended" });
    }, id);
    await withService(room.database.db, (tx) => setSuspended(tx, id, false));
    await expect.poll(async () => (await ask(room.role, key, chat("hello"))).status).toBe(200);
  });
});

describe("what is asked for", () => {
  test("is a model of the tenant's list, or is refused with 404 and costs nothing", async () => {
    const { id, key } = await newLlmTenant(room);
    await leftNoTrace(async () => {
      for (const model of ["gpt-4o", "dear", "", "Echo", "echo "]) {
        const refused = await errorOf(await ask(room.role, key, chat("hello", { model })));
        expect(refused, model).toMatchObject({ status: 404, code: "model_not_found" });
      }
    }, id);
  });

  test("is JSON of a call: anything else is refused with 400 in the form that clients know", async () => {
    const { id, key } = await newLlmTenant(room);
    const bad = [
      "",
      "{",
      "null",
      "[]",
      '"hello"',
      "{}",
      '{"model": 1}',
      '{"model":"echo","messages":[],"max_tokens":-1}',
      '{"model":"echo","messages":[],"n":0}',
      '{"model":"echo","messages":[],"stream":"yes"}',
    ];
    await leftNoTrace(async () => {
      for (const body of bad) {
        const refused = await errorOf(await ask(room.role, key, body));
        expect(refused, body).toMatchObject({ status: 400, type: "invalid_request_error" });
      }
    }, id);
  });

  test("is on a route that can be metered: every other is refused with 404, whoever asks", async () => {
    const { id, key } = await newLlmTenant(room);
    const paths = [
      "/",
      "/v1",
      "/chat/completions",
      "/v1/completions",
      "/v1/responses",
      "/v1/images/generations",
      "/v1/audio/speech",
      "/v1/audio/transcriptions",
      "/v1/files",
      "/v1/batches",
      "/v1/moderations",
      "/v1/models/echo",
      "/v1/chat/completions/1",
      "/v1//chat/completions",
      "/v1/../v1/completions",
      "/v1/chat/completions%2f..%2ffiles",
    ];
    await leftNoTrace(async () => {
      for (const path of paths) {
        const refused = await errorOf(await ask(room.role, key, chat("hello"), { path }));
        expect(refused, path).toMatchObject({ status: 404, type: "invalid_request_error" });
      }
      for (const method of ["GET", "PUT", "DELETE"]) {
        const refused = await ask(room.role, key, method === "GET" ? null : chat("hello"), { method });
        expect((await errorOf(refused)).status, method).toBe(404);
      }
    }, id);
  });

  test.each(["declared", "chunked"])(
    "has at most 10 MB: one of 20 MB, %s, is refused with 413 before it has come",
    async (how) => {
      const { id, key } = await newLlmTenant(room);
      await leftNoTrace(async () => {
        const { status, sent } = await sendLarge(key, 20 * 1024 * 1024, how === "declared");
        expect(status).toBe(413);
        expect(sent).toBeLessThan(20 * 1024 * 1024);
      }, id);
    },
  );

  test("may have nearly 10 MB, such as pictures do", async () => {
    const { id, key } = await newLlmTenant(room);
    const picture = `data:image/png;base64,${"A".repeat(9 * 1024 * 1024)}`;
    const content = [{ type: "image_url", image_url: { url: picture } }];
    const answer = await ask(room.role, key, { model: "echo", messages: [{ role: "user", content }] });
    expect(answer.status).toBe(200);
    expect(await settledRow(room, id)).toMatchObject({ outcome: "completed", measured: true });
  });
});

describe("every answer", () => {
  test("names its request, by the caller's own id where that is well-formed, and the attempt", async () => {
    const { id, key } = await newLlmTenant(room);
    const headers = messageHeaders();
    const answer = await ask(room.role, key, chat("hello"), { headers });
    expect(answer.headers.get("x-request-id")).toBe(headers["x-request-id"]);
    const row = await settledRow(room, id);
    expect(row).toMatchObject({
      call_id: answer.headers.get("x-cogni-call-id"),
      request_id: headers["x-request-id"],
      logical_id: headers["x-cogni-request-id"],
      channel: "telegram",
      conversation: headers["x-cogni-conversation"],
      end_user: headers["x-cogni-end-user"],
      gateway_id: GATEWAY,
      day: now.toISOString().slice(0, 10),
    });
    for (const odd of ["x", "a b c d e f g h", "y".repeat(300)]) {
      const other = await ask(room.role, key, chat("hello"), { headers: { "x-request-id": odd } });
      expect(other.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect((await ask(room.role, null, chat("hello"))).headers.get("x-request-id")).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  test("to who asks for models lists those that the tenant may have, and is no call", async () => {
    const { id, key } = await newLlmTenant(room);
    await leftNoTrace(async () => {
      const asked = { path: "/v1/models", method: "GET" };
      const listed = await ask(room.role, key, null, asked);
      expect(await listed.json()).toMatchObject({
        object: "list",
        data: [
          { id: "echo", object: "model" },
          { id: "small", object: "model" },
        ],
      });
      expect((await ask(room.role, null, null, asked)).status).toBe(401);
    }, id);
  });
});

/** As much as is taken, until there is an answer. */
function sendLarge(key: string, bytes: number, declared: boolean): Promise<{ status: number; sent: number }> {
  const part = Buffer.alloc(256 * 1024, 0x20);
  const headers = {
    authorization: `Bearer ${key}`,
    "content-type": "application/json",
    ...(declared && { "content-length": bytes }),
  };
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = false;
    const asked = request(`${room.role.url}/v1/chat/completions`, { method: "POST", headers, agent: false });
    asked.once("response", (response) => {
      answered = true;
      response.resume();
      resolve({ status: response.statusCode ?? 0, sent });
      asked.destroy();
    });
    asked.on("error", (error) => (answered ? undefined : reject(error)));
    const more = (): void => {
      if (answered || asked.destroyed) return;
      if (sent >= bytes) return void asked.end();
      sent += part.length;
      asked.write(part, () => setImmediate(more));
    };
    more();
  });
}
