/** The chunks of a measured stream: each another one, and known to both ends, so that none can be lost or changed unseen. */
import { createHash } from "node:crypto";

export const TICK_MS = 5;

const DIFFERENT = 4_000;
const chunks = Array.from({ length: DIFFERENT }, (_, n) =>
  Buffer.from(
    `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1767225600,"model":"echo","choices":[{"index":0,"delta":{"content":" word ${n}"},"finish_reason":null}]}\n\n`,
  ),
);

export const chunkOf = (n: number): Buffer => chunks[n % DIFFERENT] as Buffer;

/** With usage, as each call of the bench asks for it. */
export const END = Buffer.from(
  'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1767225600,"model":"echo","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":1000,"total_tokens":1012}}\n\ndata: [DONE]\n\n',
);

/** Of the whole stream's bytes. */
export function hashOfStream(count: number, from: number): string {
  const hash = createHash("sha256");
  for (let n = from; n < from + count; n += 1) hash.update(chunkOf(n));
  return hash.update(END).digest("hex");
}
