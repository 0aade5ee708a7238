/**
 * What outlives the plugin within the gateway's process: the gateway loads its plugins anew at each change of its config, and with
 * them whatever a module remembers (measured, OpenClaw 2026.9.6). Memory alone, so it ends with the process.
 */

/** The same value for the same name, made once. */
export function processWide<T>(name: string, make: () => T): T {
  const key = Symbol.for(`cogni-bridge ${name}`);
  const store = globalThis as { [key]?: T };
  store[key] ??= make();
  return store[key];
}
