import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*/test/**/*.test.ts", "plugins/*/test/**/*.test.ts"],
    globalSetup: ["server/test/support/global-setup.ts"],
  },
});
