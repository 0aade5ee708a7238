/**
 * Run as a process of its own: the least that a proxy of our kind can be, node's own server in front of undici, which takes no key,
 * holds no budget and reads nothing. What ours costs beyond it is what we do; what it costs itself tells one machine from another.
 * Prints its port.
 *
 * @example node pass-through-process.ts http://127.0.0.1:4000
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";

const [origin = ""] = process.argv.slice(2);
const pool = new Pool(origin, { connections: 256, pipelining: 1 });

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    pool.dispatch(
      {
        method: "POST",
        path: request.url ?? "/",
        headers: { "content-type": "application/json" },
        body: Buffer.concat(parts),
      },
      {
        onRequestStart: () => undefined,
        onResponseStart(_, status, headers) {
          for (const name of ["content-type", "content-length"] as const)
            if (headers[name] !== undefined) response.setHeader(name, headers[name]);
          response.writeHead(status);
        },
        onResponseData: (_, chunk) => void response.write(chunk),
        onResponseEnd: () => void response.end(),
        onResponseError: () => void response.destroy(),
      },
    );
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
