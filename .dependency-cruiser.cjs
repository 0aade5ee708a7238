/**
 * The directions in which code may depend (ARCHITECTURE.md, "Rooms"). `npm run check` fails on any other;
 * scripts/test/import-directions.test.ts proves that it does.
 */
const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });
const server = "^server/src/";

module.exports = {
  forbidden: [
    rule("no-circles", "Two files that need each other are one file.", {}, { circular: true }),
    rule(
      "contract-stands-alone",
      "The contract is what crosses boundaries; it imports nothing of ours.",
      { path: "^contract/" },
      { path: "^(server|console|plugins|dev-env|bench|scripts)/" },
    ),
    rule(
      "rooms-meet-in-the-contract",
      "Server, console and each plugin speak through the contract, never by importing each other.",
      { path: "^(server|console|plugins/[^/]+)/", pathNot: "/test/" },
      { path: "^(server|console|plugins/[^/]+)/", pathNot: "^$1/" },
    ),
    rule(
      "dev-env-is-for-tests",
      "What runs in production doesn't know the stand-ins.",
      { path: "^(server|console|plugins|contract)/", pathNot: "/test/" },
      { path: "^dev-env/" },
    ),
    rule(
      "dev-env-starts-the-server",
      "The development command drives the server as an operator does: as a process.",
      { path: "^dev-env/src/" },
      { path: "^(server|console|plugins|bench)/" },
    ),
    rule(
      "http-and-loops-meet-in-the-database",
      "A route starts no loop, a loop answers no request, and an LLM call needs neither.",
      { path: `${server}(http|reconcile|llm)/` },
      { path: `${server}(http|reconcile|llm)/`, pathNot: `${server}$1/` },
    ),
    rule(
      "rules-know-no-entrance",
      "Channels, sign-in, audit, alerts, webhooks and usage are called by routes, loops and LLM calls, and know none of them.",
      { path: `${server}(channels|auth|audit|alerts|webhooks|usage)/` },
      { path: `${server}(http|reconcile|llm)/` },
    ),
    rule(
      "foundations-know-no-rules",
      "Gateway, vault, database and mail serve the rules above them.",
      { path: `${server}(gateway|vault|db|mail)/` },
      { path: `${server}(channels|auth|audit|alerts|webhooks|usage|http|reconcile|llm)/` },
    ),
    rule(
      "webhooks-know-no-gateway",
      "What is sent to tenants is read from the database alone.",
      { path: `${server}webhooks/` },
      { path: `${server}(channels|gateway|mail)/` },
    ),
    rule(
      "foundations-stand-apart",
      "Gateway, database and mail are put together, and with the vault, by those who use them.",
      { path: `${server}(gateway|db|mail)/` },
      { path: `${server}(gateway|vault|db|mail)/`, pathNot: `${server}$1/` },
    ),
    rule(
      "alerts-look-at-the-database",
      "What is wrong is found in what the watcher wrote, by any process: no gateway is asked for it, and no secret opened.",
      { path: `${server}alerts/` },
      { path: `${server}(gateway|vault|channels)/` },
    ),
    rule(
      "vault-knows-no-gateway",
      "The vault keeps what it seals in the database; who may have it opened is not its to know.",
      { path: `${server}vault/` },
      { path: `${server}gateway/` },
    ),
    rule(
      "telemetry-knows-no-room",
      "What counts and traces is told by all rooms, and knows none of them.",
      { path: `${server}telemetry/` },
      { path: `${server}(gateway|vault|db|mail|channels|auth|usage|http|reconcile|llm)/` },
    ),
    rule(
      "probes-only-look",
      "What a process lacks is told by looking at what it stands on; rules and routes are none of its business.",
      { path: `${server}health/` },
      { path: `${server}(channels|auth|http|mail|gateway)/` },
    ),
    rule(
      "no-missing-modules",
      "What can't be resolved escapes every rule above.",
      {},
      { couldNotResolve: true, pathNot: "\\.css$" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(node_modules|next-env\\.d\\.ts|\\.next|\\.data|test-results|dist)(/|$)" },
    // TypeScript 7 has no API that the cruiser could use, and its swc reader knows no `using`.
    parser: "acorn",

    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
