/**
 * The only reader of the environment. `readConfig` turns it into one parsed value, or refuses with every missing and
 * every wrong setting at once, each by its name. `docs/configuration.md` explains the same settings to operators; a test
 * holds the two together.
 */
import {
  type Role,
  type SettingProblem,
  type Settings,
  settingNames,
  settingsShape,
  toBlockList,
} from "./settings.ts";
import { settingProblems } from "./settings-rules.ts";

/** Thrown by `readConfig`; its message names every setting that is missing or wrong, and quotes no value of a secret. */
export class ConfigError extends Error {
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    const lines = problems.map(({ setting, message }) => `  ${setting}: ${message}`);
    super(`The settings are incomplete or wrong (docs/configuration.md explains each):\n${lines.join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/**
 * @param env the process's environment; an empty value counts as unset, as compose files produce it
 * @throws ConfigError
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const settings: Partial<Settings> = {};
  const problems: SettingProblem[] = [];
  for (const setting of settingNames) {
    const parsed = settingsShape[setting].safeParse(env[setting] || undefined);
    if (parsed.success) Object.assign(settings, { [setting]: parsed.data });
    else for (const { message } of parsed.error.issues) problems.push({ setting, message });
  }
  problems.push(...settingProblems(settings, new Set(problems.map(({ setting }) => setting))));
  if (problems.length > 0) throw new ConfigError(problems);
  return toConfig(settings as Settings);
}

/** Load balancers ask every few seconds whether we are ready. */
const PRODUCTION_GRACE_S = 5;

export type Config = ReturnType<typeof readConfig>;

function toConfig(settings: Settings) {
  const roles: ReadonlySet<Role> = new Set(settings.ROLES);
  const worker = roles.has("worker");
  const production = settings.COGNI_ENV === "production";
  return {
    production,
    roles,
    http: {
      host: settings.HOST ?? (production ? "0.0.0.0" : "127.0.0.1"),
      port: settings.PORT,
      publicUrl: new URL(settings.PUBLIC_URL ?? `http://localhost:${settings.PORT}`),
      /** Whose `X-Forwarded-For` counts. */
      trustedProxies: settings.TRUSTED_PROXIES,
      console: settings.CONSOLE === "on",
      maxStreams: settings.MAX_STREAMS,
      maxStreamsPerTenant: settings.MAX_STREAMS_PER_TENANT,
    },
    /** How often a tenant may ask for what reaches a messenger: see channels/allowance.ts. */
    limits: {
      calls: settings.LIMIT_CALLS,
      connect: settings.LIMIT_CONNECT,
      disconnect: settings.LIMIT_DISCONNECT,
      code: settings.LIMIT_CODES,
      refused: settings.LIMIT_REFUSED,
      /** What all who come from one address may together, measured by what one tenant may. */
      addressFactor: settings.LIMIT_ADDRESS_FACTOR,
    },
    internal: { host: settings.INTERNAL_HOST, port: settings.INTERNAL_PORT },
    metrics: {
      /** Null: nobody is told. */
      endpoint:
        settings.METRICS_PORT === undefined
          ? null
          : { host: settings.METRICS_HOST, port: settings.METRICS_PORT },
      maxAccounts: settings.METRICS_ACCOUNTS,
    },
    /** Null: no traces are made. */
    traces: settings.OTEL_EXPORTER_OTLP_ENDPOINT
      ? {
          endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
          headers: settings.OTEL_EXPORTER_OTLP_HEADERS ?? null,
          share: settings.OTEL_TRACES_SAMPLER_ARG,
        }
      : null,
    database: {
      apiUrl: present(settings.DATABASE_URL),
      /** Only a worker crosses tenants and migrates. */
      serviceUrl: worker ? present(settings.DATABASE_SERVICE_URL) : null,
      ownerUrl: worker ? present(settings.DATABASE_OWNER_URL) : null,
    },
    encryption: {
      current: present(settings.CHANNEL_ENCRYPTION_KEY),
      previous: settings.CHANNEL_ENCRYPTION_KEYS_PREVIOUS,
    },
    gateway: worker
      ? {
          url: present(settings.OPENCLAW_GATEWAY_URL),
          token: present(settings.OPENCLAW_GATEWAY_TOKEN),
          /** Until the gateway has taken the new one, and for as long as the settings name it. */
          previousToken: settings.OPENCLAW_GATEWAY_TOKEN_PREVIOUS ?? null,
          overlayPath: settings.GATEWAY_CONFIG_OVERLAY ?? null,
          installPlugins: settings.INSTALL_CHANNEL_PLUGINS === "on",
        }
      : null,
    /** What a gateway is told of its models. */
    llm: worker
      ? {
          /** Where it finds our own endpoint. */
          url: settings.LLM_URL ?? `http://127.0.0.1:${settings.LLM_PORT}/v1`,
          model: present(settings.LLM_MODEL),
          /** What tenants choose from, the default first. */
          models: [...new Set([present(settings.LLM_MODEL), ...settings.LLM_MODELS])],
        }
      : null,
    /** Null: this process serves no LLM calls. */
    llmRole: roles.has("llm")
      ? {
          host: settings.LLM_HOST,
          port: settings.LLM_PORT,
          /** Null: the echo of development. */
          upstream: settings.LLM_BASE_URL
            ? { baseUrl: settings.LLM_BASE_URL, apiKey: settings.LLM_API_KEY ?? null }
            : null,
        }
      : null,
    /** By which the upstream proves itself when it tells costs; null: it tells none. */
    billingIngestSecret: settings.BILLING_INGEST_SECRET ?? null,
    /** Null: into `outbox` in the data folder, for whoever develops to read. */
    mail: settings.SMTP_URL ? { smtp: settings.SMTP_URL, from: present(settings.MAIL_FROM) } : null,
    /** Networks that a wallet may be on (EIP-155); none: wallets are off. */
    walletChains: settings.WALLET_CHAINS,
    oidc: settings.OIDC_ISSUER
      ? {
          issuer: new URL(settings.OIDC_ISSUER),
          clientId: present(settings.OIDC_CLIENT_ID),
          clientSecret: present(settings.OIDC_CLIENT_SECRET),
          /** What people call the provider. */
          name: settings.OIDC_NAME ?? new URL(settings.OIDC_ISSUER).hostname,
        }
      : null,
    /** How the process ends at SIGTERM; see closing.ts. */
    shutdown: {
      graceMs: 1_000 * (settings.SHUTDOWN_GRACE_SECONDS ?? (production ? PRODUCTION_GRACE_S : 0)),
      totalMs: 1_000 * settings.SHUTDOWN_SECONDS,
    },
    dataDir: settings.DATA_DIR,
    logLevel: settings.LOG_LEVEL,
    timing: settings.TIMING,
    timelineDays: settings.TIMELINE_DAYS,
    auditDays: settings.AUDIT_DAYS,
    /** For how long alerts that are over are kept. */
    alertDays: settings.ALERT_DAYS,
    /** So long before its end is told of a key. */
    alertExpiryDays: settings.ALERT_EXPIRY_DAYS,
    webhooks: {
      reach: {
        /** Development's own programs are on this machine. */
        privateNetworks: toBlockList(
          settings.WEBHOOK_PRIVATE_NETWORKS ?? (production ? [] : ["127.0.0.0/8", "::1"]),
        ),
        plainHttp: !production,
      },
      logDays: settings.WEBHOOK_LOG_DAYS,
    },
  };
}

/** The rules have refused its absence; this tells the type so. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError("a required setting is missing from the rules");
  return value;
}
