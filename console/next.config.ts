/** How the console is built: offline, without telemetry, and served by the control plane under a strict CSP. */
import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const withMessages = createNextIntlPlugin({
  requestConfig: "./src/i18n/request.ts",
  experimental: {
    // Messages are parsed here and not in the browser: 14 KB less script on every page.
    messages: { path: "./messages", format: "json", locales: "infer", precompile: true },
  },
});

const config: NextConfig = {
  // The contract is TypeScript source in the workspace beside us.
  transpilePackages: ["@cogni/contract"],
  turbopack: { root: fileURLToPath(new URL("..", import.meta.url)) },
  experimental: { optimizePackageImports: ["@mantine/core", "@mantine/hooks"] },
  // `npx tsc -p console` is the check; a second one here would only slow the first start down.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  devIndicators: false,
};

export default withMessages(config);
