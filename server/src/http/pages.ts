/**
 * The console's pages, by Next's own request handler from its production build. Next belongs to the console: it is
 * looked up from there, so that the API alone neither needs nor loads it.
 */
import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export interface Pages {
  handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** As much of Next's custom server as is used. */
interface NextServer {
  prepare(): Promise<void>;
  getRequestHandler(): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;
  close(): Promise<void>;
}

const CONSOLE = new URL("../../../console/", import.meta.url);

/** @throws Error if the console has not been built */
export async function loadConsole(): Promise<Pages> {
  if (!existsSync(new URL(".next/BUILD_ID", CONSOLE))) {
    throw new Error(
      "The console is not built. Run “npm run build”, or set CONSOLE=off to serve the API alone.",
    );
  }
  const next = createRequire(new URL("package.json", CONSOLE))("next") as (options: object) => NextServer;
  const server = next({ dir: fileURLToPath(CONSOLE), dev: false });
  await server.prepare();
  return { handle: server.getRequestHandler(), close: () => server.close() };
}
