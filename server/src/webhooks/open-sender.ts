/** The sender of a worker, as the settings want it. */
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { Db } from "../db/pool.ts";
import type { Vault } from "../vault/vault.ts";
import { createResolve } from "./addresses.ts";
import { type Sender, startSender } from "./sender.ts";

export function openSender({ webhooks, timing }: Config, db: Db, vault: Vault, log: Logger): Sender {
  return startSender({
    ...webhooks,
    db,
    vault,
    resolve: createResolve(),
    timing: timing.webhooks,
    clock: () => new Date(),
    chance: Math.random,
    log,
  });
}
