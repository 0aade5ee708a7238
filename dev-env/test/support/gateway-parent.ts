/** A process that runs a gateway, for the test to kill. Tells what happens, one JSON object a line. */
import { startGateway } from "../../src/gateway-process.ts";

const [folder = "", port = "", overlay = ""] = process.argv.slice(2);
const tell = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);

try {
  const gateway = await startGateway({
    folder,
    port: Number(port),
    token: "gateway-parent-token-0123456789",
    // Nobody is there: the gateway boots without its credentials.
    internalUrl: "http://127.0.0.1:9",
    values: { LLM_URL: "http://127.0.0.1:9/v1", LLM_MODEL: "echo" },
    ...(overlay && { overlay }),
    log: (line) => tell({ log: line }),
  });
  gateway.onExit((exit) => {
    tell({ exit });
    void gateway.ready().then(() => tell({ ready: gateway.pid() }));
  });
  tell({ ready: gateway.pid() });
  process.once("SIGTERM", () => void gateway.stop().then(() => process.exit(0)));
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) });
}
