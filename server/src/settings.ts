/**
 * Every setting as it stands in the environment: its name, its form, its default. Which of them must be there, and which
 * may not stand together, is in `settings-rules.ts`; what is made of them, in `config.ts`.
 */
import { BlockList, isIPv6 } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";
import { mailboxSchema, smtpServerSchema } from "./mail/addresses.ts";
import { Secret } from "./secret.ts";
import { timingSchema } from "./timing.ts";

const ROLES = ["api", "worker", "llm"] as const;
export type Role = (typeof ROLES)[number];

const port = z
  .string()
  .regex(/^\d{1,5}$/, "must be a port number")
  .transform(Number)
  .refine((value) => value <= 65_535, "must be a port number");
const count = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, "must be a number from 1 to 999999")
  .transform(Number);
const seconds = z
  .string()
  .regex(/^\d{1,3}$/, "must be a number of seconds from 0 to 999")
  .transform(Number);
/** “60/600”: so often in so many seconds. */
const rate = z
  .string()
  .regex(/^[1-9]\d{0,5}\/[1-9]\d{0,5}$/, "must be how often in how many seconds, such as 60/600")
  .transform((text) => {
    const [max = 0, seconds = 0] = text.split("/").map(Number);
    return { max, windowMs: seconds * 1000 };
  });
const csv = z.string().transform((list) => list.split(",").map((item) => item.trim()));
const secret = z.string().transform((value) => new Secret(value));
const longSecret = z.string().min(16, "must have at least 16 characters").pipe(secret);
const path = z.string().transform((value) => resolve(value));
const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" });
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// URL" }).pipe(secret);
const encryptionKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, "must be 32 bytes in base64")
  .pipe(secret);
const address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], "must be IP addresses or CIDR ranges");
const addressList = csv.pipe(z.array(address));
const addresses = addressList.transform(toBlockList);

const model = z.string().regex(/^[^\s"\\$]{1,200}$/, "must be names of models");
/** “off”, because an empty setting counts as unset. */
const chains = z.union(
  [
    z.literal("off").transform((): number[] => []),
    csv.pipe(z.array(z.string().regex(/^[1-9]\d{0,14}$/))).transform((ids) => ids.map(Number)),
  ],
  "must be “off”, or numbers of chains (EIP-155)",
);

/** As OpenTelemetry has them: `name=value` by commas, percent-encoded. */
const headers = z
  .string()
  .regex(/^\s*[\w-]+=[^,]*(,\s*[\w-]+=[^,]*)*$/, "must be name=value, by commas")
  .transform((list, issue) => {
    try {
      const pairs = list.split(",").map((pair) => pair.trim().split(/=(.*)/s, 2));
      return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, decodeURIComponent(value)]));
    } catch {
      issue.addIssue("must be percent-encoded");
      return z.NEVER;
    }
  })
  .transform((value) => new Secret(value));

const jsonText = z.string().transform((text, issue): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    issue.addIssue("must be JSON");
    return z.NEVER;
  }
});

export const settingsShape = {
  COGNI_ENV: z.enum(["development", "production"]).default("development"),
  ROLES: csv.pipe(z.array(z.enum(ROLES))).default([...ROLES]),
  HOST: z.string().optional(),
  PORT: port.default(3000),
  INTERNAL_HOST: z.string().default("127.0.0.1"),
  INTERNAL_PORT: port.default(3001),
  METRICS_HOST: z.string().default("127.0.0.1"),
  METRICS_PORT: port.optional(),
  METRICS_ACCOUNTS: z
    .string()
    .regex(/^\d{1,5}$/, "must be a number from 0 to 99999")
    .transform(Number)
    .default(0),
  PUBLIC_URL: httpUrl.optional(),
  TRUSTED_PROXIES: addresses.default(new BlockList()),
  MAX_STREAMS: count.default(5_000),
  MAX_STREAMS_PER_TENANT: count.default(100),
  LIMIT_CALLS: rate.prefault("600/600"),
  LIMIT_CONNECT: rate.prefault("60/600"),
  LIMIT_DISCONNECT: rate.prefault("60/600"),
  LIMIT_CODES: rate.prefault("20/600"),
  LIMIT_REFUSED: rate.prefault("10/600"),
  LIMIT_ADDRESS_FACTOR: count.default(5),
  CONSOLE: z.enum(["on", "off"]).default("on"),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_SERVICE_URL: postgresUrl.optional(),
  DATABASE_OWNER_URL: postgresUrl.optional(),
  CHANNEL_ENCRYPTION_KEY: encryptionKey.optional(),
  CHANNEL_ENCRYPTION_KEYS_PREVIOUS: csv.pipe(z.array(encryptionKey)).default([]),
  OPENCLAW_GATEWAY_URL: z.url({ protocol: /^wss?$/, error: "must be a ws:// or wss:// URL" }).optional(),
  OPENCLAW_GATEWAY_TOKEN: longSecret.optional(),
  OPENCLAW_GATEWAY_TOKEN_PREVIOUS: longSecret.optional(),
  GATEWAY_CONFIG_OVERLAY: path.optional(),
  INSTALL_CHANNEL_PLUGINS: z.enum(["on", "off"]).default("off"),
  LLM_HOST: z.string().default("127.0.0.1"),
  LLM_PORT: port.default(3002),
  LLM_URL: httpUrl.optional(),
  LLM_BASE_URL: httpUrl.optional(),
  LLM_API_KEY: secret.optional(),
  LLM_MODEL: z.string().optional(),
  LLM_MODELS: csv.pipe(z.array(model)).default([]),
  BILLING_INGEST_SECRET: longSecret.optional(),
  SMTP_URL: smtpServerSchema.optional(),
  MAIL_FROM: mailboxSchema.optional(),
  WALLET_CHAINS: chains.default([1]),
  OIDC_ISSUER: httpUrl.optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: secret.optional(),
  OIDC_NAME: z.string().max(40, "must have at most 40 characters").optional(),
  SHUTDOWN_SECONDS: seconds.default(25),
  SHUTDOWN_GRACE_SECONDS: seconds.optional(),
  DATA_DIR: path.default(resolve(".data")),
  TIMELINE_DAYS: count.default(30),
  AUDIT_DAYS: count.pipe(z.number().min(30, "must be at least 30")).default(365),
  ALERT_DAYS: count.default(90),
  ALERT_EXPIRY_DAYS: count.default(7),
  WEBHOOK_PRIVATE_NETWORKS: addressList.optional(),
  WEBHOOK_LOG_DAYS: count.default(30),
  TIMING: jsonText.pipe(timingSchema).prefault("{}"),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: headers.optional(),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d{1,9})?|1(\.0+)?)$/, "must be a share from 0 to 1")
    .transform(Number)
    .default(1),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "fatal"]).default("info"),
};

export type Settings = { [name in keyof typeof settingsShape]: z.output<(typeof settingsShape)[name]> };
export type SettingName = keyof Settings;
export const settingNames = Object.keys(settingsShape) as SettingName[];

export interface SettingProblem {
  readonly setting: SettingName;
  readonly message: string;
}

export function toBlockList(items: readonly string[]): BlockList {
  const list = new BlockList();
  for (const item of items) {
    const [net = "", bits] = item.split("/");
    const family = isIPv6(net) ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(net, family);
    else list.addSubnet(net, Number(bits), family);
  }
  return list;
}
