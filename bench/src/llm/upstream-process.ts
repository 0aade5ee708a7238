/**
 * Run as a process of its own: an OpenAI-compatible endpoint that does as little as can be done, so that what stands in front of it is
 * what is measured. A call whose body says `ticks:<count>:<from>` is streamed, a chunk every 5 ms; any other gets one small answer.
 * Prints its port.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { chunkOf, END, TICK_MS } from "./chunks.ts";

const answer = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion",
    created: 1_767_225_600,
    model: "echo",
    choices: [
      { index: 0, message: { role: "assistant", content: "Good morning to you." }, finish_reason: "stop" },
    ],
    usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
  }),
);
const head = { "content-type": "application/json", "content-length": answer.length };

interface Ticking {
  readonly response: ServerResponse;
  next: number;
  readonly end: number;
}
const streams = new Set<Ticking>();

function tick(stream: Ticking): void {
  if (stream.response.destroyed) streams.delete(stream);
  else if (stream.next < stream.end) stream.response.write(chunkOf(stream.next++));
  else {
    streams.delete(stream);
    stream.response.end(END);
  }
}
setInterval(() => {
  for (const stream of streams) tick(stream);
}, TICK_MS);

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const ticks = /ticks:(\d+):(\d+)/.exec(Buffer.concat(parts).toString());
    if (!ticks) {
      response.writeHead(200, head).end(answer);
      return;
    }
    const [count = 0, from = 0] = ticks.slice(1).map(Number);
    response.writeHead(200, { "content-type": "text/event-stream" });
    const stream = { response, next: from, end: from + count };
    tick(stream);
    streams.add(stream);
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
