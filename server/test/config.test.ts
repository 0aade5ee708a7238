import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";
import { settingNames } from "../src/settings.ts";
import { settings } from "./support/edge.ts";

const loopback = {
  apiUrl: "postgresql://api:pw-canary@127.0.0.1/cogni",
  serviceUrl: "postgresql://service:pw-canary@127.0.0.1/cogni",
  ownerUrl: "postgresql://owner:pw-canary@127.0.0.1/cogni",
};
const good = settings(loopback);
const production = {
  ...good,
  COGNI_ENV: "production",
  PUBLIC_URL: "https://channels.example",
  LLM_MODEL: "small",
  SMTP_URL: "smtps://channels:pw-canary@mail.example",
  MAIL_FROM: "Channels <no-reply@channels.example>",
};

function problems(env: Record<string, string>): Record<string, string> {
  try {
    readConfig(env);
    return {};
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ setting, message }) => [setting, message]));
  }
}

describe("settings", () => {
  test("good ones are accepted, in development and in production", () => {
    expect(problems(good)).toEqual({});
    expect(problems(production)).toEqual({});
  });

  test("every missing and every wrong one is named at once", () => {
    const found = problems({ PORT: "many", TRUSTED_PROXIES: "10.0.0.0/8,nobody", LOG_LEVEL: "" });
    expect(Object.keys(found).sort()).toEqual([
      "CHANNEL_ENCRYPTION_KEY",
      "DATABASE_OWNER_URL",
      "DATABASE_SERVICE_URL",
      "DATABASE_URL",
      "LLM_MODEL",
      "OPENCLAW_GATEWAY_TOKEN",
      "OPENCLAW_GATEWAY_URL",
      "PORT",
      "TRUSTED_PROXIES",
    ]);
  });

  test("a worker without the llm role is told where that is served, and the llm role alone needs no gateway", () => {
    const { LLM_BASE_URL: _, LLM_API_KEY: __, ...worker } = { ...production, ROLES: "worker,api" };
    expect(problems(worker)).toEqual({ LLM_URL: "is missing" });
    expect(problems({ ...worker, LLM_URL: "http://10.0.0.2:3002/v1" })).toEqual({});
    const { DATABASE_URL, CHANNEL_ENCRYPTION_KEY, PUBLIC_URL, LLM_BASE_URL, LLM_API_KEY } = production;
    const llm = { COGNI_ENV: "production", ROLES: "llm", DATABASE_URL, CHANNEL_ENCRYPTION_KEY, PUBLIC_URL };
    expect(problems({ ...llm, LLM_BASE_URL, LLM_API_KEY })).toEqual({});
    expect(problems({ ...production, LLM_PORT: "3001", INTERNAL_PORT: "3001" })).toEqual({
      LLM_PORT: "must differ from PORT, INTERNAL_PORT and METRICS_PORT",
    });
  });

  test("an identity provider is set whole or not at all, and by https in production", () => {
    const oidc = { OIDC_ISSUER: "https://id.example", OIDC_CLIENT_ID: "us", OIDC_CLIENT_SECRET: "pw-canary" };
    const { OIDC_CLIENT_SECRET: _, ...half } = oidc;
    expect(problems({ ...production, ...oidc })).toEqual({});
    expect(problems({ ...production, ...half })).toEqual({ OIDC_CLIENT_SECRET: "is missing" });
    const issuers = [
      [production, "http://127.0.0.1:8080", "must be https:"],
      [good, "http://id.example", "must be https:"],
      [good, "https://id.example/?a=b", "must have neither query nor fragment"],
      [good, "http://127.0.0.1:8080", undefined],
    ] as const;
    for (const [env, OIDC_ISSUER, message] of issuers) {
      expect(problems({ ...env, ...oidc, OIDC_ISSUER }).OIDC_ISSUER).toBe(message);
    }
  });

  test("chains of wallets are numbers, or a word that turns them off", () => {
    const chains = (WALLET_CHAINS: string) => readConfig({ ...good, WALLET_CHAINS }).walletChains;
    expect([chains(""), chains("1, 137"), chains("off")]).toEqual([[1], [1, 137], []]);
    expect(Object.keys(problems({ ...good, WALLET_CHAINS: "mainnet" }))).toEqual(["WALLET_CHAINS"]);
  });

  test.each([
    "DATABASE_URL",
    "DATABASE_SERVICE_URL",
    "DATABASE_OWNER_URL",
    "CHANNEL_ENCRYPTION_KEY",
    "OPENCLAW_GATEWAY_URL",
    "OPENCLAW_GATEWAY_TOKEN",
    "PUBLIC_URL",
    "LLM_BASE_URL",
    "LLM_API_KEY",
    "LLM_MODEL",
    "SMTP_URL",
    "MAIL_FROM",
  ])("production does not start without %s", (setting) => {
    expect(problems({ ...production, [setting]: "" })).toEqual({ [setting]: "is missing" });
  });

  test.each([
    ["PUBLIC_URL", "http://channels.example"],
    ["LLM_MODEL", "echo"],
    // Tenants would be served while it happens.
    ["INSTALL_CHANNEL_PLUGINS", "on"],
    ["DATABASE_URL", "postgresql://api@db.example/cogni"],
    ["DATABASE_URL", "postgresql://api@db.example/cogni?sslmode=no-verify"],
    ["DATABASE_SERVICE_URL", "postgresql://service@127.0.0.1/cogni?host=db.example"],
  ])("production refuses %s=%s", (setting, value) => {
    expect(Object.keys(problems({ ...production, [setting]: value }))).toEqual([setting]);
  });

  test.each([
    "mail.example",
    "https://mail.example",
    "smtp://",
    "smtp://mail.example/?tls=no",
    "smtp://a%:b@mail.example",
  ])("no mail is sent by %s", (url) => {
    expect(Object.keys(problems({ ...production, SMTP_URL: url }))).toEqual(["SMTP_URL"]);
  });

  test.each(["nobody", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "A\nB <a@b.example>"])(
    "no mail comes from %j",
    (from) => {
      expect(Object.keys(problems({ ...production, MAIL_FROM: from }))).toEqual(["MAIL_FROM"]);
    },
  );

  test("a mail server on another machine is talked to with TLS only, and needs a sender", () => {
    const smtp = (url: string) => readConfig({ ...production, SMTP_URL: url }).mail?.smtp.reveal();
    expect(smtp("smtps://a%40b:p%2Fw@mail.example")).toEqual({
      host: "mail.example",
      port: 465,
      secure: true,
      requireTLS: false,
      auth: { user: "a@b", pass: "p/w" },
    });
    expect(smtp("smtp://mail.example")).toMatchObject({ port: 587, secure: false, requireTLS: true });
    expect(smtp("smtp://[::1]:25")).toMatchObject({ host: "::1", port: 25, requireTLS: false });
    expect(problems({ ...good, SMTP_URL: "smtp://localhost" })).toEqual({ MAIL_FROM: "is missing" });
  });

  test("production accepts a remote database with verified TLS, and one behind a socket", () => {
    const remote = "postgresql://api@db.example/cogni?sslmode=verify-full";
    expect(problems({ ...production, DATABASE_URL: remote })).toEqual({});
    for (const url of [
      "postgresql://api@%2Frun%2Fpostgresql/cogni",
      "postgresql:///cogni?user=api&host=/run/postgresql",
    ]) {
      expect(problems({ ...production, DATABASE_URL: url })).toEqual({});
    }
  });

  test.each([
    ["DATABASE_SERVICE_URL", loopback.apiUrl],
    ["DATABASE_OWNER_URL", "postgresql://someone@127.0.0.1/cogni?user=service"],
    ["DATABASE_URL", "postgresql://127.0.0.1/cogni"],
    ["PUBLIC_URL", "http://localhost:3000/console"],
    ["CHANNEL_ENCRYPTION_KEY", Buffer.alloc(16).toString("base64")],
    ["INTERNAL_PORT", "3000"],
    ["HOST", "0.0.0.0"],
  ])("%s=%s is refused everywhere", (setting, value) => {
    expect(Object.keys(problems({ ...good, PORT: "3000", INTERNAL_PORT: "3001", [setting]: value }))).toEqual(
      [setting],
    );
  });

  test("a process that only serves the API may not hold what crosses tenants, and needs no gateway", () => {
    const { DATABASE_URL, CHANNEL_ENCRYPTION_KEY, PUBLIC_URL, SMTP_URL, MAIL_FROM } = production;
    const needed = { DATABASE_URL, CHANNEL_ENCRYPTION_KEY, PUBLIC_URL, SMTP_URL, MAIL_FROM };
    const own = { COGNI_ENV: "production", ROLES: "api", ...needed };
    const config = readConfig(own);
    expect(config.database).toMatchObject({ serviceUrl: null, ownerUrl: null });
    expect(config.gateway).toBeNull();
    expect(Object.keys(problems({ ...production, ROLES: "api" }))).toEqual([
      "DATABASE_SERVICE_URL",
      "DATABASE_OWNER_URL",
    ]);
  });

  test("neither a refusal nor the parsed value shows a secret", () => {
    const wrong = { ...good, DATABASE_SERVICE_URL: loopback.apiUrl, OPENCLAW_GATEWAY_TOKEN: "short-canary" };
    expect(() => readConfig(wrong)).toThrow(/^(?!.*canary)/s);
    expect(JSON.stringify(readConfig(production))).not.toMatch(/canary/);
  });

  test("a looked-up key or session is believed for five seconds at most", () => {
    expect(readConfig(production).timing.principalCacheMs).toBeLessThanOrEqual(5_000);
  });

  test("the operator's table lists exactly these settings", () => {
    const table = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
    const listed = [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...settingNames].sort());
  });
});
