/**
 * Alert rules and dashboard speak of series that the program tells, and every alert says what to do. Where promtool is on the PATH it
 * tries the rules on series of its own; without it they are read here.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { createMetrics } from "../../server/src/telemetry/metrics.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const FOLDER = fileURLToPath(new URL("../monitoring/", import.meta.url));
const promtool = (...args: string[]) => spawnSync("promtool", args, { encoding: "utf8", cwd: FOLDER });
const HAS_PROMTOOL = promtool("--version").status === 0;

const ruleSchema = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({ severity: z.enum(["critical", "warning"]) }),
  annotations: z.object({ summary: z.string(), description: z.string(), runbook: z.string() }),
});
const rules = z
  .object({ groups: z.array(z.object({ rules: z.array(ruleSchema) })) })
  .parse(parse(read("deploy/monitoring/alerts.yml")))
  .groups.flatMap((group) => group.rules);

const panelSchema = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  gridPos: z.object({ h: z.number(), w: z.number(), x: z.number(), y: z.number() }),
  targets: z.array(z.object({ expr: z.string() })).default([]),
});
const dashboard = z
  .object({
    panels: z.array(panelSchema),
    templating: z.object({ list: z.array(z.object({ name: z.string() })) }),
  })
  .parse(JSON.parse(read("deploy/monitoring/grafana/cogni-channels.json")));
const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** What the program tells, whether or not it has happened yet. */
const told = await (async () => {
  const facts = { version: "0", roles: ["api"], pools: () => [], maxAccounts: 1, served: true };
  const metrics = createMetrics(facts);
  metrics.process.streams(() => 0);
  const { body } = await metrics.render();
  return new Map(
    [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => [name, type]),
  );
})();

/** The series that an expression is about, without what a histogram adds to its name. */
function seriesIn(expr: string): string[] {
  return [...expr.matchAll(/\b(?:cogni|nodejs|process)_[a-z0-9_]+/g)].map(([name]) =>
    told.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ""),
  );
}

/** As GitHub makes an anchor of a heading. */
const anchors = new Set(
  [...read("docs/operations/observability.md").matchAll(/^#+ (.+)$/gm)].map(
    ([, heading = ""]) => `docs/operations/observability.md#${heading.toLowerCase().replaceAll(" ", "-")}`,
  ),
);

test("every alert is about series that are told, says what happened, and leads to what to do", () => {
  expect(rules.length).toBeGreaterThan(10);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, expr, annotations } of rules) {
    expect(seriesIn(expr).length, alert).toBeGreaterThan(0);
    for (const name of seriesIn(expr)) expect([...told.keys()], alert).toContain(name);
    expect([...anchors], alert).toContain(annotations.runbook);
    for (const text of Object.values(annotations)) expect(text.trim(), alert).not.toBe("");
  }
});

test("every alert has a case in which it wakes someone", () => {
  const cases = read("deploy/monitoring/alerts.test.yml");
  for (const { alert } of rules) expect(cases).toContain(alert);
});

test("the dashboard shows series that are told, by gateway and channel, and no panel lies on another", () => {
  expect(dashboard.templating.list.map(({ name }) => name)).toEqual(["datasource", "gateway", "channel"]);
  expect(shown.length).toBeGreaterThan(20);
  for (const expr of shown) {
    expect(seriesIn(expr).length, expr).toBeGreaterThan(0);
    for (const name of seriesIn(expr)) expect([...told.keys()], expr).toContain(name);
  }
  const { panels } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  for (const [index, { title, gridPos: one }] of panels.entries()) {
    expect(one.x + one.w, title).toBeLessThanOrEqual(24);
    for (const { title: below, gridPos: other } of panels.slice(index + 1)) {
      const apart =
        one.x + one.w <= other.x ||
        other.x + other.w <= one.x ||
        one.y + one.h <= other.y ||
        other.y + other.h <= one.y;
      expect(apart, `${title} and ${below}`).toBe(true);
    }
  }
});

test("every series of ours is described where operators look", () => {
  const page = read("docs/operations/observability.md");
  for (const name of told.keys()) {
    if (name.startsWith("cogni_")) expect(page, name).toContain(`\`${name}\``);
  }
});

test.runIf(HAS_PROMTOOL)(
  "promtool takes config and rules, and each alert fires when it should and not otherwise",
  () => {
    for (const args of [
      ["check", "config", "prometheus.yml"],
      ["check", "rules", "alerts.yml"],
      ["test", "rules", "alerts.test.yml"],
    ]) {
      const { status, stdout, stderr } = promtool(...args);
      expect(status, `promtool ${args.join(" ")}\n${stdout}${stderr}`).toBe(0);
    }
  },
);

test.runIf(HAS_PROMTOOL)("promtool reads every expression of the dashboard", () => {
  const folder = mkdtempSync(join(tmpdir(), "dashboard-"));
  const list = shown.map((expr, index) => ({ record: `panel:${index}`, expr }));
  const file = join(folder, "rules.json");
  writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules: list }] }));
  const { status, stdout, stderr } = promtool("check", "rules", file);
  rmSync(folder, { recursive: true });
  expect(status, stdout + stderr).toBe(0);
});

test("Prometheus asks where the control plane tells, and neither port is published to the outside", () => {
  const serviceSchema = z.object({
    image: z.string().optional(),
    ports: z.array(z.string()).default([]),
    networks: z.array(z.string()).default([]),
    environment: z.record(z.string(), z.string()).default({}),
  });
  const { services } = z
    .object({ services: z.record(z.string(), serviceSchema) })
    .parse(parse(read("deploy/monitoring/compose.yaml")));
  const { METRICS_PORT } = services["control-plane"]?.environment ?? {};
  const jobs = z
    .object({
      scrape_configs: z.array(
        z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) }),
      ),
    })
    .parse(parse(read("deploy/monitoring/prometheus.yml")));
  expect(jobs.scrape_configs[0]?.static_configs[0]?.targets).toEqual([`pod:${METRICS_PORT}`]);
  expect(Object.values(services).flatMap(({ ports }) => ports)).toEqual(["127.0.0.1:3002:3000"]);
  for (const { image } of [services.prometheus, services.grafana].flatMap((one) => one ?? [])) {
    expect(image).toMatch(/^[a-z]+\/[a-z]+:v?\d+\.\d+\.\d+$/);
  }
  expect(services.grafana?.environment.GF_SECURITY_ADMIN_PASSWORD).toMatch(/^\$\{GRAFANA_PASSWORD:\?\}$/);
});
