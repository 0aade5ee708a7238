/** Keys, sessions and wallets of every kind, as pages get them from the API, to see how each is drawn. */
import type { ApiKey, CreatedKey, Session, Wallets } from "@cogni/contract";

const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

export const madeKey = (number: number, over: Partial<ApiKey> = {}): ApiKey => ({
  id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
  name: `Nightly report ${number}`,
  prefix: `cck_Ab${number}dEf`.slice(0, 10),
  scopes: ["account:read", "agent:read", "channels:read", "members:read"],
  createdAt: inDays(-40),
  createdBy: { kind: "person", name: "Ann Example" },
  lastUsedAt: inDays(-0.2),
  expiresAt: inDays(50),
  ...over,
});

/** Enough to be searched. */
export const madeKeys = (): ApiKey[] => [
  madeKey(1, { name: "the_longest_name_that_anyone_would_ever_give_to_a_key_of_their_programs_and_more" }),
  madeKey(2, {
    name: "Replaced",
    expiresAt: inDays(0.9),
    scopes: ["account:read", "keys:read", "keys:write"],
  }),
  madeKey(3, { name: "First key", createdBy: null, lastUsedAt: null, expiresAt: null }),
  madeKey(4, { createdBy: { kind: "key", name: "Provisioning" } }),
  madeKey(5, { createdBy: { kind: "person", name: null } }),
  ...[6, 7, 8, 9, 10, 11].map((number) => madeKey(number)),
];

export const freshKey = (): CreatedKey => ({ ...madeKey(12), key: `cck_${"Ab3".repeat(14)}x` });

export const madeSessions = (): Session[] =>
  ["Firefox · Linux", "Chrome · Android", null].map((userAgent, index) => ({
    id: `session-${index}`,
    createdAt: inDays(-index),
    expiresAt: inDays(7),
    userAgent,
    address: ["198.51.100.7", "2001:db8:85a3:8d3:1319:8a2e:370:7348", null][index] ?? null,
    current: index === 1,
  }));

export const madeWallets = (): Wallets => ({
  wallets: ["0x52908400098527886e0f7030069857d2e4169ee7", "0xde709f2102306220921060314715629080e2fb77"].map(
    (address, index) => ({ address, addedAt: inDays(-30 * (index + 1)) }),
  ),
  chains: [1],
});
