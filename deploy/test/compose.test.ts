/** There is no Docker engine where the tests run: what can be known of the compose file without one is held here. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import devEnv from "../../dev-env/package.json" with { type: "json" };
import lockfile from "../../package-lock.json" with { type: "json" };
import { readConfig } from "../../server/src/config.ts";
import { TESTED_GATEWAY_VERSION } from "../../server/src/gateway/hello.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

const serviceSchema = z.object({
  image: z.string(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  volumes: z.array(z.union([z.string(), z.object({ source: z.string(), target: z.string() })])).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  stop_grace_period: z.string().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const text = read("../compose.yaml");
const { services, volumes } = z
  .object({
    services: z.object({
      pod: serviceSchema,
      database: serviceSchema,
      "control-plane": serviceSchema,
      gateway: serviceSchema,
    }),
    volumes: z.record(z.string(), z.null()),
  })
  .parse(parse(text, { merge: true }));

/** What an operator fills in, with values of the form that `deploy/env.example` asks for. */
const filledIn: Record<string, string> = {
  PUBLIC_URL: "https://channels.example.com",
  LLM_BASE_URL: "https://llm.example.com/v1",
  LLM_API_KEY: "sk-example",
  LLM_MODEL: "some-model",
  SMTP_URL: "smtps://channels:secret@mail.example.com",
  MAIL_FROM: "Channels <no-reply@example.com>",
  POSTGRES_PASSWORD: "a".repeat(48),
  DATABASE_OWNER_PASSWORD: "b".repeat(48),
  DATABASE_SERVICE_PASSWORD: "c".repeat(48),
  DATABASE_API_PASSWORD: "d".repeat(48),
  OPENCLAW_GATEWAY_TOKEN: "e".repeat(48),
  CHANNEL_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
};

/** As compose fills in `${NAME:?}`, which refuses what is missing, and `${NAME:-default}`. */
function interpolate(value: string): string {
  return value.replace(/\$\{([A-Z_]+)(:\?|:-([^}]*))\}/g, (_, name: string, kind: string, fallback = "") => {
    const given = filledIn[name];
    if (given === undefined && kind === ":?") throw new Error(`${name} is not in env.example`);
    return given ?? fallback;
  });
}

function environmentOf(service: keyof typeof services): Record<string, string> {
  const entries = Object.entries(services[service].environment);
  return Object.fromEntries(entries.map(([name, value]) => [name, interpolate(value)]));
}

test("the control plane accepts the settings that the compose file gives it, as production", () => {
  const config = readConfig(environmentOf("control-plane"));
  expect(config.production).toBe(true);
  expect(config.internal.host).toBe("127.0.0.1");
  expect(config.http.trustedProxies.check("172.30.79.1")).toBe(true);
});

test("env.example names everything that has to be filled in, and fills in nothing", () => {
  const lines = read("../env.example")
    .split("\n")
    .filter((line) => /^[A-Z]/.test(line));
  expect(lines.sort()).toEqual(
    Object.keys(filledIn)
      .map((name) => `${name}=`)
      .sort(),
  );
});

test("no secret stands in the compose file", () => {
  for (const { environment } of Object.values(services)) {
    for (const [name, value] of Object.entries(environment)) {
      if (/PASSWORD|TOKEN|KEY|SECRET|DATABASE_.*URL|SMTP_URL/.test(name))
        expect(value, name).toMatch(/\$\{[A-Z_]+(:\?|:-)\}/);
    }
  }
});

test("the gateway's state is in a named volume", () => {
  const { environment, volumes: mounts } = services.gateway;
  expect(environment.OPENCLAW_STATE_DIR).toBe("/var/lib/openclaw");
  expect(mounts).toEqual([`gateway-state:${environment.OPENCLAW_STATE_DIR}`]);
  expect(Object.keys(volumes)).toEqual(["database", "database-socket", "gateway-state"]);
});

test("only the public port is published, and only to the host's own proxy", () => {
  const published = Object.values(services).flatMap(({ ports }) => ports);
  expect(published).toEqual([`127.0.0.1:3000:${services["control-plane"].environment.PORT}`]);
});

test("gateway and control plane share a loopback that nothing else is on, and the database has no network", () => {
  const gatewayUrl = new URL(environmentOf("control-plane").OPENCLAW_GATEWAY_URL ?? "");
  expect(services["control-plane"].network_mode).toBe("service:pod");
  expect(services.gateway.network_mode).toBe("service:pod");
  expect(services.database.network_mode).toBe("none");
  expect(gatewayUrl.host).toBe(`127.0.0.1:${services.gateway.environment.OPENCLAW_GATEWAY_PORT}`);
  expect(services.gateway.environment.INTERNAL_URL).toBe(
    `http://127.0.0.1:${services["control-plane"].environment.INTERNAL_PORT}`,
  );
});

test("the engine waits for the control plane to end for longer than that takes", () => {
  const { totalMs } = readConfig(environmentOf("control-plane")).shutdown;
  const seconds = /^(\d+)s$/.exec(services["control-plane"].stop_grace_period ?? "")?.[1];
  expect(Number(seconds) * 1_000).toBeGreaterThan(totalMs);
});

test("each part waits until the one it needs is healthy", () => {
  expect(services["control-plane"].depends_on).toEqual({ database: { condition: "service_healthy" } });
  expect(services.gateway.depends_on).toEqual({ "control-plane": { condition: "service_healthy" } });
  expect(services.database.healthcheck && services["control-plane"].healthcheck).toBeDefined();
});

test("every version is pinned, and the gateway's is the one that the tests ran on", () => {
  const images = Object.values(services).map(({ image }) => image);
  const base = /^FROM (\S+)$/m.exec(read("../Dockerfile"))?.[1];
  for (const image of [...images, base]) expect(image).toMatch(/^[a-z-]+:\d+\.\d+(\.\d+)?(-[a-z-]+)?$/);
  expect(devEnv.dependencies.openclaw).toBe(TESTED_GATEWAY_VERSION);
  expect(lockfile.packages["node_modules/openclaw"].version).toBe(TESTED_GATEWAY_VERSION);
});
