/**
 * What settings must hold together: which of them a role needs, and what production refuses. Apart from the settings
 * themselves, so that what is refused can be read on one page.
 */
import { isLoopback } from "./loopback.ts";
import type { SettingName, SettingProblem, Settings } from "./settings.ts";

const DATABASE_SETTINGS = ["DATABASE_URL", "DATABASE_SERVICE_URL", "DATABASE_OWNER_URL"] as const;
const OF_EVERY_ROLE: readonly SettingName[] = ["DATABASE_URL", "CHANNEL_ENCRYPTION_KEY"];
const OF_THE_WORKER: readonly SettingName[] = [
  "DATABASE_SERVICE_URL",
  "DATABASE_OWNER_URL",
  "OPENCLAW_GATEWAY_URL",
  "OPENCLAW_GATEWAY_TOKEN",
  "LLM_MODEL",
];
const OIDC_SETTINGS = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const;
/** What would let a process that answers the public cross from one tenant to another. */
const NEVER_WITHOUT_WORKER = ["DATABASE_SERVICE_URL", "DATABASE_OWNER_URL"] as const;

/**
 * @param settings those that parsed; one that did not is left out
 * @param unparsed the names of those that did not, which are not reported a second time as missing
 */
export function settingProblems(
  settings: Partial<Settings>,
  unparsed: ReadonlySet<SettingName>,
): SettingProblem[] {
  const worker = settings.ROLES?.includes("worker") ?? true;
  const api = settings.ROLES?.includes("api") ?? true;
  const llm = settings.ROLES?.includes("llm") ?? true;
  const production = settings.COGNI_ENV === "production";
  const required = [
    ...OF_EVERY_ROLE,
    ...(worker ? OF_THE_WORKER : []),
    ...(production ? (["PUBLIC_URL"] as const) : []),
    // Development has a model of its own.
    ...(production && llm ? (["LLM_BASE_URL", "LLM_API_KEY"] as const) : []),
    // Nobody could guess where the others serve.
    ...(production && worker && !llm ? (["LLM_URL"] as const) : []),
    // Without them, whoever forgot a password, or has a channel that is down, could wait for a mail that nobody sends.
    ...(production && (api || worker) ? (["SMTP_URL"] as const) : []),
    ...((production && (api || worker)) || settings.SMTP_URL ? (["MAIL_FROM"] as const) : []),
    // Half of them would be a button that leads nowhere.
    ...(OIDC_SETTINGS.some((setting) => settings[setting] !== undefined) ? OIDC_SETTINGS : []),
  ];
  const missing = required.filter((setting) => settings[setting] === undefined && !unparsed.has(setting));
  return [
    ...missing.map((setting) => ({ setting, message: "is missing" })),
    ...(worker ? [] : overprivileged(settings)),
    ...databaseProblems(settings, production),
    ...addressProblems(settings),
    ...shutdownProblems(settings),
    ...tokenProblems(settings),
    ...issuerProblems(settings, production),
    ...(production ? productionProblems(settings) : developmentProblems(settings)),
  ];
}

function overprivileged(settings: Partial<Settings>): SettingProblem[] {
  return NEVER_WITHOUT_WORKER.filter((setting) => settings[setting] !== undefined).map((setting) => ({
    setting,
    message: "must not be given to a process without the role “worker”",
  }));
}

function databaseProblems(settings: Partial<Settings>, production: boolean): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const users = new Map<string, SettingName>();
  for (const setting of DATABASE_SETTINGS) {
    const url = settings[setting];
    if (!url) continue;
    const { user, local, encrypted } = databaseFacts(url.reveal());
    const other = users.get(user);
    if (user === "") problems.push({ setting, message: "names no user" });
    else if (other) problems.push({ setting, message: `must have another user than ${other}` });
    else users.set(user, setting);
    if (production && !local && !encrypted) {
      problems.push({ setting, message: "is remote without TLS; add sslmode=verify-full" });
    }
  }
  return problems;
}

/** `user` and `host` may also stand in the query, where `pg` prefers them. */
function databaseFacts(url: string): { user: string; local: boolean; encrypted: boolean } {
  const { username, hostname, searchParams } = new URL(url);
  const host = searchParams.get("host") ?? decodeURIComponent(hostname);
  return {
    user: searchParams.get("user") ?? decodeURIComponent(username),
    local: host === "" || host.startsWith("/") || isLoopback(host),
    // `no-verify`, `prefer` and `allow` would also talk to an impostor, or without TLS.
    encrypted: ["require", "verify-ca", "verify-full"].includes(searchParams.get("sslmode") ?? ""),
  };
}

function shutdownProblems({ SHUTDOWN_SECONDS, SHUTDOWN_GRACE_SECONDS }: Partial<Settings>): SettingProblem[] {
  if (SHUTDOWN_SECONDS === undefined || (SHUTDOWN_GRACE_SECONDS ?? 0) < SHUTDOWN_SECONDS) return [];
  return [
    {
      setting: "SHUTDOWN_GRACE_SECONDS",
      message: "must be less than SHUTDOWN_SECONDS, of which it is a part",
    },
  ];
}

function tokenProblems({
  OPENCLAW_GATEWAY_TOKEN: token,
  OPENCLAW_GATEWAY_TOKEN_PREVIOUS: previous,
}: Partial<Settings>): SettingProblem[] {
  if (!token || token.reveal() !== previous?.reveal()) return [];
  return [{ setting: "OPENCLAW_GATEWAY_TOKEN_PREVIOUS", message: "must differ from OPENCLAW_GATEWAY_TOKEN" }];
}

function addressProblems(settings: Partial<Settings>): SettingProblem[] {
  const { PORT, INTERNAL_PORT, LLM_PORT, METRICS_PORT, PUBLIC_URL } = settings;
  const problems: SettingProblem[] = [];
  if (isSamePort(INTERNAL_PORT, PORT)) {
    problems.push({ setting: "INTERNAL_PORT", message: "must differ from PORT" });
  }
  if (
    isSamePort(LLM_PORT, PORT) ||
    isSamePort(LLM_PORT, INTERNAL_PORT) ||
    isSamePort(LLM_PORT, METRICS_PORT)
  ) {
    problems.push({ setting: "LLM_PORT", message: "must differ from PORT, INTERNAL_PORT and METRICS_PORT" });
  }
  if (isSamePort(METRICS_PORT, PORT) || isSamePort(METRICS_PORT, INTERNAL_PORT)) {
    problems.push({ setting: "METRICS_PORT", message: "must differ from PORT and INTERNAL_PORT" });
  }
  // An origin with a path would be compared with `Origin` headers that never have one.
  if (PUBLIC_URL && new URL(PUBLIC_URL).href !== `${new URL(PUBLIC_URL).origin}/`) {
    problems.push({ setting: "PUBLIC_URL", message: "must be an origin, without path or query" });
  }
  return problems;
}

/** 0 is any free one, and so never the same. */
function isSamePort(one: number | undefined, other: number | undefined): boolean {
  return one !== undefined && one !== 0 && one === other;
}

/** What it says is believed: nobody may speak in its place. */
function issuerProblems({ OIDC_ISSUER }: Partial<Settings>, production: boolean): SettingProblem[] {
  if (!OIDC_ISSUER) return [];
  const { protocol, hostname, search, hash } = new URL(OIDC_ISSUER);
  const messages = [
    ...(search || hash ? ["must have neither query nor fragment"] : []),
    ...(protocol !== "https:" && (production || !isLoopback(hostname)) ? ["must be https:"] : []),
  ];
  return messages.map((message) => ({ setting: "OIDC_ISSUER", message }));
}

function productionProblems(settings: Partial<Settings>): SettingProblem[] {
  const { PUBLIC_URL, LLM_MODEL, INSTALL_CHANNEL_PLUGINS, WEBHOOK_PRIVATE_NETWORKS = [] } = settings;
  const problems: SettingProblem[] = [];
  if (WEBHOOK_PRIVATE_NETWORKS.some(isBlanket)) {
    problems.push({
      setting: "WEBHOOK_PRIVATE_NETWORKS",
      message: "must name networks: ranges of at least /8, or /16 in IPv6",
    });
  }
  if (INSTALL_CHANNEL_PLUGINS === "on") {
    problems.push({
      setting: "INSTALL_CHANNEL_PLUGINS",
      message:
        "must be off in production: tenants are served meanwhile. Install them before the gateway starts",
    });
  }
  if (PUBLIC_URL && new URL(PUBLIC_URL).protocol !== "https:") {
    problems.push({ setting: "PUBLIC_URL", message: "must be https: in production" });
  }
  if (LLM_MODEL === "echo") {
    problems.push({
      setting: "LLM_MODEL",
      message: "“echo” is development's built-in model; name a real one",
    });
  }
  return problems;
}

/** So wide that it names nothing: every tenant could have whatever this machine reaches called. */
function isBlanket(network: string): boolean {
  const [, bits] = network.split("/");
  return bits !== undefined && Number(bits) < (network.includes(":") ? 16 : 8);
}

/** Development has well-known logins, so nobody else may reach it. */
function developmentProblems(settings: Partial<Settings>): SettingProblem[] {
  const { HOST, INTERNAL_HOST, LLM_HOST, METRICS_HOST } = settings;
  return Object.entries({ HOST, INTERNAL_HOST, LLM_HOST, METRICS_HOST })
    .filter(([, host]) => host !== undefined && !isLoopback(host))
    .map(([setting]) => ({
      setting: setting as SettingName,
      message: "must be a loopback address in development",
    }));
}
