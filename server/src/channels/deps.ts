/** What the channel functions work with; the context fills it in once. */
import type { Db } from "../db/pool.ts";
import type { Fingerprints } from "../vault/fingerprint.ts";
import type { Vault } from "../vault/vault.ts";
import type { Catalogs } from "./catalogs.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Patience } from "./steadiness.ts";

export interface ChannelsDeps {
  readonly db: Db;
  readonly vault: Vault;
  readonly fingerprints: Fingerprints;
  readonly catalogs: Catalogs;
  readonly outcomes: Outcomes;
  /** Of logins by QR: a code to show is an outcome, too. */
  readonly logins: Outcomes;
  /** Of decisions on people who wait to be let in: in place of a generation, when they were taken. */
  readonly decisions: Outcomes;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** How long a request waits for the outcome of its wish, in milliseconds. */
  readonly wishWaitMs: number;
  readonly patience: Patience;
}
