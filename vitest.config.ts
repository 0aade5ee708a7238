/**
 * Kinds of tests, which `npm test` runs one after the other, for the last two need the machine's both cores: those of the rooms, the server's on
 * a database of their own; those in one shared world with a real gateway; those that break a world of their own, of which some run in
 * `npm run test:long` only.
 */
import { defineConfig } from "vitest/config";

const LONG = process.env.COGNI_LONG_TESTS === "1";

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "server",
          include: ["{server,docs}/test/**/*.test.ts"],
          globalSetup: ["server/test/support/global-setup.ts"],
          // Its files leave nothing behind: loading it for each of them anew takes as long as the tests of half of them.
          isolate: false,
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "rooms",
          include: [
            "{contract,dev-env,scripts,console,bench,deploy}/test/**/*.test.ts",
            "plugins/*/test/**/*.test.ts",
          ],
          // The messenger for trying things out is in all tests of the shared world, too; alone with a gateway it takes minutes.
          exclude: LONG ? [] : ["plugins/try-it/test/gateway.test.ts"],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "world",
          include: ["test/world/**/*.test.ts"],
          globalSetup: ["test/world/global-setup.ts"],
          setupFiles: ["test/support/leave-world.ts", "test/support/explain-failure.ts"],
          // Sixty tenants at once leave the others no gateway that answers in time.
          fileParallelism: !LONG,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "own world",
          include: ["test/own-world/**/*.test.ts", ...(LONG ? ["test/long/**/*.test.ts"] : [])],
          // The long ones load a gateway until it stutters, or count seconds: each has the machine for itself.
          fileParallelism: !LONG,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
