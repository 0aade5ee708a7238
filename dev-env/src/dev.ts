/**
 * `npm start`: everything real on this machine, for one developer. Real database, real gateway, a model that echoes
 * where no other is named, and two tenants to sign in as. Stops all of it on Ctrl-C, and when it loses its parent.
 */
import { join } from "node:path";
import { overlayGatewayConfig } from "@cogni/contract";
import { z } from "zod";
import { openDataDir } from "./data-dir.ts";
import { readJsonObject } from "./gateway-folder.ts";
import { followInstallation } from "./installation.ts";
import { demandPort, keptPort, UserError } from "./ports.ts";
import { readPrivate, writePrivate } from "./private-files.ts";
import {
  type Administrator,
  administratorSchema,
  seedAdministrator,
  seedTenants,
  type Tenant,
  tenantSchema,
} from "./seed.ts";
import { isComplete, type StackOptions, startStack } from "./stack.ts";
import { startTryIt } from "./stand-ins/try-it/server.ts";
import { createSteps, type Steps, Stopped } from "./steps.ts";
import { tryItOverlay } from "./try-it.ts";

const TENANTS = [
  { billingAccountId: "acme", name: "Acme" },
  { billingAccountId: "globex", name: "Globex" },
];
const READY_MS = 120_000;

/** Settings that go on to the control plane where they are set; the rest is worked out. */
const PASSED_ON = [
  "PUBLIC_URL",
  "TRUSTED_PROXIES",
  "INTERNAL_HOST",
  "CONSOLE",
  "LOG_LEVEL",
  "METRICS_HOST",
  "METRICS_PORT",
  "METRICS_ACCOUNTS",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_HEADERS",
  "OTEL_TRACES_SAMPLER_ARG",
  "GATEWAY_CONFIG_OVERLAY",
  "INSTALL_CHANNEL_PLUGINS",
  "CHANNEL_ENCRYPTION_KEY",
  "CHANNEL_ENCRYPTION_KEYS_PREVIOUS",
  "DATABASE_URL",
  "DATABASE_SERVICE_URL",
  "DATABASE_OWNER_URL",
  "OPENCLAW_GATEWAY_URL",
  "OPENCLAW_GATEWAY_TOKEN",
];

const devFileSchema = z.object({
  url: z.string(),
  /** The page that plays the phone; null where the gateway is one of your own. */
  phone: z.string().nullable().default(null),
  gateway: z.object({ url: z.string(), token: z.string() }),
  tenants: z.array(tenantSchema),
  /** Of the platform; null in a file of before there was one. */
  administrator: administratorSchema.nullable().default(null),
});

const steps = createSteps((line) => process.stdout.write(`${line}\n`));
endWith(steps);
try {
  await run(steps);
} catch (error) {
  await steps.stop();
  if (!(error instanceof Stopped)) explain(error);
}

async function run(steps: Steps): Promise<void> {
  const ports = { http: portOf("PORT", 3000), internal: portOf("INTERNAL_PORT", 3001) };
  const dir = await steps.start(
    "data folder",
    async () => openDataDir(process.env.DATA_DIR ?? ".data"),
    async ({ release }) => release(),
  );
  await demandPort(ports.http, "PORT");
  await demandPort(ports.internal, "INTERNAL_PORT");
  const kept = {
    postgres: await keptPort(dir.ports.postgres),
    gateway: await keptPort(dir.ports.gateway),
    llm: await keptPort(dir.ports.llm),
    tryIt: await keptPort(dir.ports.tryIt),
  };
  dir.keepPorts(kept);

  const named: Record<string, string> = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  // A gateway of the developer's own is not ours to install things in.
  const settings = { INSTALL_CHANNEL_PLUGINS: named.OPENCLAW_GATEWAY_URL ? "off" : "on", ...named };
  const tryIt = await messenger(steps, dir.path, kept.tryIt, settings);
  const stack = await startStack({
    dataDir: dir.path,
    secrets: dir.secrets,
    ports: { ...ports, ...kept },
    llm: model(),
    settings: tryIt.settings,
    steps,
  });

  // For `npm run ops`, which works on what runs here.
  writePrivate(join(dir.path, "settings.json"), stack.env);
  const devFile = join(dir.path, "dev.json");
  const known = readPrivate(devFile, devFileSchema);
  const [tenants, administrator] = await Promise.all([
    seedTenants(stack.env, TENANTS, known?.tenants),
    seedAdministrator(stack.env, known?.administrator),
  ]);
  const { url, gatewayAt: gateway } = stack;
  writePrivate(devFile, { url, phone: tryIt.phone, gateway, tenants, administrator });
  await steps.until("all of it", () => isComplete(ports.http), READY_MS);
  steps.say(welcome(url, tryIt.phone, devFile, tenants, administrator));
  await followInstallation(ports.http, tenants[0]?.apiKey ?? "", steps);
}

/**
 * Starts our own messenger and has the gateway load the channel for it. `phone` is the phone page's address; null
 * where the gateway is one of the developer's own, whose plugins are not ours to choose.
 */
async function messenger(
  steps: Steps,
  dataDir: string,
  port: number,
  settings: Record<string, string>,
): Promise<{ phone: string | null; settings: Record<string, string> }> {
  if (settings.OPENCLAW_GATEWAY_URL) return { phone: null, settings };
  const file = join(dataDir, "try-it.json");
  const { url } = await steps.start(
    "try-it",
    () => startTryIt({ port, file }),
    (part) => part.close(),
  );
  const theirs = settings.GATEWAY_CONFIG_OVERLAY ? readJsonObject(settings.GATEWAY_CONFIG_OVERLAY) : {};
  const overlay = join(dataDir, "gateway-overlay.json");
  writePrivate(overlay, overlayGatewayConfig(tryItOverlay(url), theirs));
  return { phone: url, settings: { ...settings, GATEWAY_CONFIG_OVERLAY: overlay } };
}

/** The model that answers: the one that is named, else the echo that is built in. */
function model(): StackOptions["llm"] {
  const { LLM_BASE_URL, LLM_MODEL, LLM_API_KEY } = process.env;
  if (LLM_BASE_URL) {
    if (!LLM_MODEL) throw new UserError("LLM_BASE_URL is set, so LLM_MODEL has to name a model of it.");
    return { baseUrl: LLM_BASE_URL, model: LLM_MODEL, ...(LLM_API_KEY && { apiKey: LLM_API_KEY }) };
  }
  return { baseUrl: null, model: "echo" };
}

function portOf(setting: string, usual: number): number {
  const port = z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .safeParse(process.env[setting] || usual);
  if (!port.success) throw new UserError(`${setting} must be a port number, 1 to 65535.`);
  return port.data;
}

function welcome(
  url: string,
  phone: string | null,
  devFile: string,
  tenants: Tenant[],
  { email, password }: Administrator,
): string {
  const logins = tenants.map(
    ({ name, email, password, apiKey }) =>
      `  ${name.padEnd(8)} e-mail ${email}   password ${password}\n           API key ${apiKey}\n`,
  );
  return `
Cogni Channels: ${url}/channels
${
  phone === null
    ? ""
    : `Phone page:     ${phone}   to try channels with, without an account anywhere
`
}
${logins.join("")}
  Operator e-mail ${email}   password ${password}
           administers gateways and tenants: ${url}/operator/tenants

  curl -H "Authorization: Bearer ${tenants[0]?.apiKey}" ${url}/api/v1/channels/status

The same in ${devFile}. Ctrl-C stops everything.`;
}

/** Ctrl-C stops in order, a second one at once; and whoever started us may die without a word. */
function endWith(steps: Steps): void {
  const parent = process.ppid;
  let firstAt: number | null = null;
  const end = (reason: string): void => {
    // npm and the terminal both pass on the same Ctrl-C: two within a moment are one.
    if (firstAt !== null && Date.now() - firstAt > 1_000) {
      steps.say("Stopping at once.");
      // Every child notices that we are gone, and ends itself.
      process.exit(130);
    }
    if (firstAt !== null) return;
    firstAt = Date.now();
    steps.say(`${reason}: stopping everything in order. Once more stops at once.`);
    void steps.stop().then(() => {
      steps.say("Stopped.");
      process.exit();
    });
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end(signal));
  setInterval(() => {
    if (process.ppid !== parent && firstAt === null) end("The process that started this is gone");
  }, 500).unref();
}

/** What we throw ourselves says what is wrong; anything else is a mistake of ours, and shows where. */
function explain(error: unknown): void {
  process.exitCode = 1;
  const ours = error instanceof UserError || (error instanceof Error && error.constructor === Error);
  if (!ours) throw error;
  process.stderr.write(`\n${error.message}\n`);
}
