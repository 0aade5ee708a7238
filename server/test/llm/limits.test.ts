/** What is limited beside money, in which windows, and what whoever writes is answered when a limit is reached. */
import { REACHED_TEXT } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { completion } from "../../../dev-env/src/stand-ins/upstream/answers.ts";
import { asSuperuser } from "../support/database.ts";
import {
  ask,
  chat,
  gate,
  type LlmRoom,
  type LlmTenant,
  llmRoom,
  messageHeaders,
  newLlmTenant,
  settledRows,
  type TestLimits,
} from "../support/llm.ts";

let room: LlmRoom;
let now = new Date();
beforeAll(async () => {
  room = await llmRoom({ now: () => now, timing: { waitMs: 300 } });
});
afterAll(() => room.close());
beforeEach(() => {
  now = new Date("2026-06-15T12:00:30Z");
});

const limitOf = (answer: Response): string | null => answer.headers.get("x-cogni-limit");
const limited = async ({ key }: LlmTenant, headers: Record<string, string> = {}) => {
  const answer = await ask(room.role, key, chat("hello"), { headers });
  await answer.text();
  return limitOf(answer);
};
/** How many of so many, one after the other, were let through. */
async function letThrough(times: number, one: () => Promise<string | null>): Promise<number> {
  let through = 0;
  for (let i = 0; i < times; i += 1) if ((await one()) === null) through += 1;
  return through;
}

/** A tenant that has reached its limit of calls a minute. */
async function atLimit(limits: TestLimits = {}): Promise<LlmTenant> {
  const tenant = await newLlmTenant(room, { calls_per_minute: 1, ...limits });
  expect(await limited(tenant)).toBeNull();
  return tenant;
}

describe("at a limit", () => {
  test("the answer is the tenant's own sentence as a completion, so that nobody is left waiting, and costs nothing", async () => {
    const text = "Für heute ist Schluss 😴\nBis morgen!";
    const tenant = await atLimit({ reached_text: text });
    const asked = room.upstream.calls.length;
    const answer = await ask(room.role, tenant.key, chat("hello"));
    expect([answer.status, limitOf(answer), answer.headers.get("content-type")]).toEqual([
      200,
      "calls_per_minute",
      "application/json",
    ]);
    expect(await answer.json()).toMatchObject({
      object: "chat.completion",
      model: "echo",
      choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
      usage: { prompt_tokens: 0, completion_tokens: 0 },
    });
    expect(room.upstream.calls).toHaveLength(asked);
    const row = (await settledRows(room, tenant.id, 2)).find(({ outcome }) => outcome === "limited");
    expect(row).toMatchObject({
      outcome: "limited",
      limit_name: "calls_per_minute",
      status: 200,
      cost: 0n,
      prompt: 0,
      completion: 0,
      call_id: answer.headers.get("x-cogni-call-id"),
    });
  });

  test("it is streamed where a stream was asked for, with usage only if asked", async () => {
    const tenant = await atLimit({ reached_text: "Later." });
    for (const wanted of [false, true]) {
      const stream = { stream: true, ...(wanted && { stream_options: { include_usage: true } }) };
      const answer = await ask(room.role, tenant.key, chat("hello", stream));
      expect(answer.headers.get("content-type")).toContain("text/event-stream");
      const events = (await answer.text()).split("\n\n").filter((line) => line !== "");
      expect(events.pop()).toBe("data: [DONE]");
      const chunks = events.map((line) => JSON.parse(line.replace("data: ", "")) as Record<string, unknown>);
      const choices = chunks.flatMap(
        (each) => each.choices as { delta: { content?: string }; finish_reason: string | null }[],
      );
      expect(choices.map(({ delta }) => delta.content ?? "").join("")).toBe("Later.");
      expect(choices.at(-1)?.finish_reason).toBe("stop");
      expect(
        chunks.every(({ object, id }) => object === "chat.completion.chunk" && id === chunks[0]?.id),
      ).toBe(true);
      expect(chunks.filter(({ usage }) => usage !== undefined)).toHaveLength(wanted ? 1 : 0);
    }
  });

  test("it is ours where the tenant has none", async () => {
    const answer = await ask(room.role, (await atLimit()).key, chat("hello"));
    expect(await answer.json()).toMatchObject({ choices: [{ message: { content: REACHED_TEXT } }] });
  });

  test("the first refusal of a day or month is told to the audit, once, by the id of its request", {
    timeout: 30_000,
  }, async () => {
    const tenant = await newLlmTenant(room, { day_nano: 1 });
    const headers = messageHeaders();
    for (const each of [headers, messageHeaders(), messageHeaders()])
      expect(await limited(tenant, each)).toBe("day_budget");
    await settledRows(room, tenant.id, 3);
    const rows = await asSuperuser(
      room.database,
      "SELECT action, outcome, subject, request_id FROM audit_log WHERE billing_account_id = $1",
      [tenant.id],
    );
    expect(rows).toEqual([
      {
        action: "limits.reached",
        outcome: "refused",
        subject: "day_budget 2026-06-15",
        request_id: headers["x-request-id"],
      },
    ]);
    now = new Date("2026-06-16T12:00:00Z");
    expect(await limited(tenant)).toBe("day_budget");
    await settledRows(room, tenant.id, 4);
    expect(
      await asSuperuser(
        room.database,
        "SELECT subject FROM audit_log WHERE billing_account_id = $1 ORDER BY seq",
        [tenant.id],
      ),
    ).toEqual([{ subject: "day_budget 2026-06-15" }, { subject: "day_budget 2026-06-16" }]);
  });

  test("no other tenant feels it", async () => {
    const [one, other] = [await atLimit(), await newLlmTenant(room)];
    expect([await limited(one), await limited(other)]).toEqual(["calls_per_minute", null]);
  });
});

describe("limits", () => {
  test("of calls a minute let so many through in each minute, in all processes together", async () => {
    const tenant = await newLlmTenant(room, { calls_per_minute: 5 });
    const other = await room.start();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => ask(n % 2 ? other : room.role, tenant.key, chat("hello"))),
    );
    expect(answers.filter((answer) => limitOf(answer) === null).length).toBe(5);
    now = new Date("2026-06-15T12:01:00Z");
    await expect.poll(() => limited(tenant)).toBeNull();
    expect(await letThrough(9, () => limited(tenant))).toBe(4);
    await other.stop();
  });

  test("of tokens a minute count what was used, whatever was held", async () => {
    const tenant = await newLlmTenant(room, { tokens_per_minute: 200 });
    const script = room.upstream.script(completion({ usage: { prompt_tokens: 50, completion_tokens: 10 } }));
    const one = async () => {
      const answer = await ask(room.role, tenant.key, chat(script.token));
      await answer.text();
      return limitOf(answer);
    };
    const through = await letThrough(6, one);
    expect(through).toBeGreaterThanOrEqual(2);
    expect(through).toBeLessThanOrEqual(3);
    now = new Date("2026-06-15T12:01:00Z");
    await expect.poll(one).toBeNull();
  });

  test("of calls at once hold until a call is over, and no longer; beyond them a call waits a while first", async () => {
    const tenant = await newLlmTenant(room, { concurrent_calls: 2 });
    const { opened, open } = gate();
    const script = room.upstream.script({
      headers: { "content-type": "application/json" },
      steps: [{ until: opened }, { send: "{}" }],
    });
    const under = [1, 2].map(() => ask(room.role, tenant.key, chat(script.token)));
    await expect.poll(() => script.calls.length).toBe(2);
    expect(await limited(tenant)).toBe("concurrent_calls");
    open();
    await Promise.all(under.map(async (answer) => (await answer).text()));
    expect(await letThrough(5, () => limited(tenant))).toBe(5);
    const many = await Promise.all(Array.from({ length: 10 }, () => limited(tenant)));
    expect(many.filter((limit) => limit === null).length).toBeGreaterThanOrEqual(2);
  });

  test("of messages a day count a message once, however many calls are made for it", async () => {
    const tenant = await newLlmTenant(room, { messages_per_day: 2 });
    const turns = ["turn-0001", "turn-0002", "turn-0003"].map((turn) =>
      messageHeaders({ "x-cogni-turn": turn }),
    );
    const [first = {}, second = {}, third = {}] = turns;
    expect(await letThrough(3, () => limited(tenant, first))).toBe(3);
    expect(await letThrough(3, () => limited(tenant, second))).toBe(3);
    expect(await limited(tenant, third)).toBe("messages_per_day");
    // What was begun is finished.
    expect(await limited(tenant, first)).toBeNull();
    now = new Date("2026-06-16T00:00:00Z");
    await expect.poll(() => limited(tenant, third)).toBeNull();
  });

  test("of a person's messages and calls are that person's alone", async () => {
    for (const [limits, name] of [
      [{ user_messages_per_day: 2 }, "user_messages_per_day"],
      [{ user_calls_per_minute: 2 }, "user_calls_per_minute"],
    ] as const) {
      const tenant = await newLlmTenant(room, limits);
      const as = (user: string) => () =>
        limited(tenant, messageHeaders({ "x-cogni-end-user": user.repeat(43) }));
      expect(await letThrough(4, as("a"))).toBe(2);
      expect(await as("a")()).toBe(name);
      expect(await letThrough(4, as("b"))).toBe(2);
      // Of nobody's message: a title, a heartbeat.
      expect(await letThrough(4, () => limited(tenant))).toBe(4);
    }
  });

  test("that are all set let through what each of them has room for", async () => {
    const tenant = await newLlmTenant(room, {
      day_nano: "1000000000",
      month_nano: "1000000000",
      user_day_nano: "1000000000",
      calls_per_minute: 100,
      user_calls_per_minute: 3,
      tokens_per_minute: 1_000_000,
      concurrent_calls: 10,
      messages_per_day: 100,
      user_messages_per_day: 100,
    });
    expect(await letThrough(5, () => limited(tenant, messageHeaders()))).toBe(3);
    expect(await limited(tenant, messageHeaders())).toBe("user_calls_per_minute");
    expect(await limited(tenant, messageHeaders({ "x-cogni-end-user": "w".repeat(43) }))).toBeNull();
  });
});

describe("the end of a month", () => {
  const instants: [string, string, string, string, string][] = [
    ["Europe/Berlin", "2026-11-30T22:59:59Z", "2026-11-30", "2026-11-30T23:00:00Z", "2026-12-01"],
    ["America/Los_Angeles", "2026-12-01T07:59:59Z", "2026-11-30", "2026-12-01T08:00:00Z", "2026-12-01"],
    ["Pacific/Kiritimati", "2026-11-30T09:59:59Z", "2026-11-30", "2026-11-30T10:00:00Z", "2026-12-01"],
    ["Asia/Kathmandu", "2026-02-28T18:14:59Z", "2026-02-28", "2026-02-28T18:15:00Z", "2026-03-01"],
    ["Europe/Berlin", "2027-12-31T22:59:59Z", "2027-12-31", "2027-12-31T23:00:00Z", "2028-01-01"],
  ];
  test.each(instants)(
    "is the tenant's own: in %s until %s it is %s, from %s on %s",
    async (zone, before, day, after, next) => {
      const tenant = await newLlmTenant(room, { month_nano: 900, messages_per_day: 1 }, zone);
      now = new Date(before);
      expect(await limited(tenant)).toBeNull();
      expect(await limited(tenant)).toBe("messages_per_day");
      now = new Date(after);
      expect(await limited(tenant)).toBeNull();
      const rows = await settledRows(room, tenant.id, 3);
      expect(rows.map((row) => row.day)).toEqual([day, day, next]);
      const windows = await asSuperuser(
        room.database,
        "SELECT DISTINCT during FROM quotas WHERE billing_account_id = $1 AND name = 'month_budget' ORDER BY 1",
        [tenant.id],
      );
      expect(windows).toEqual([{ during: day.slice(0, 7) }, { during: next.slice(0, 7) }]);
    },
  );

  test("begins the budget anew, and a call under way then counts where it began", async () => {
    const tenant = await newLlmTenant(room, { month_nano: 700 }, "Europe/Berlin");
    now = new Date("2026-11-30T22:59:59Z");
    const { opened, open } = gate();
    const usage = { prompt_tokens: 50, completion_tokens: 40 };
    const script = room.upstream.script({
      headers: { "content-type": "application/json" },
      steps: [{ until: opened }, { send: JSON.stringify({ usage }) }],
    });
    const under = ask(room.role, tenant.key, chat(script.token));
    await expect.poll(() => script.calls.length).toBe(1);
    now = new Date("2026-11-30T23:00:00Z");
    open();
    expect(limitOf(await under)).toBeNull();
    expect(await limited(tenant)).toBeNull();
    now = new Date("2026-11-30T22:59:59Z");
    expect(await limited(tenant)).toBe("month_budget");
    const rows = await settledRows(room, tenant.id, 3);
    expect(rows.map(({ day }) => day).sort()).toEqual(["2026-11-30", "2026-11-30", "2026-12-01"]);
  });
});
