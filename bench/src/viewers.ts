/** Open status streams by the hundred, each on a connection of its own, at as little cost to the measuring process as can be. */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";

export interface Viewer {
  /** Of the tenant that it watches. */
  readonly tenant: string;
  close(): void;
}

export interface Watched {
  readonly id: string;
  readonly apiKey: string;
}

/** Resolves when its document has begun to arrive. @param onText all that comes, as it comes */
export async function openViewer(
  url: string,
  { id, apiKey }: Watched,
  onText: (text: string) => void = () => undefined,
): Promise<Viewer> {
  const request = get(`${url}/api/v1/channels/status`, {
    agent: false,
    headers: { accept: "text/event-stream", authorization: `Bearer ${apiKey}` },
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`a stream was answered ${response.statusCode}`);
  response.setEncoding("utf8").on("data", onText);
  // Closed by us, or with the server: a figure that misses its viewers shows it.
  response.on("error", () => undefined);
  await once(response, "data");
  return { tenant: id, close: () => request.destroy() };
}

/** A few at a time, as people come. */
export async function openViewers(
  count: number,
  open: (index: number) => Promise<Viewer>,
): Promise<Viewer[]> {
  const viewers: Viewer[] = [];
  for (let index = 0; index < count; index += 20) {
    const some = Array.from({ length: Math.min(20, count - index) }, (_, offset) => open(index + offset));
    viewers.push(...(await Promise.all(some)));
  }
  return viewers;
}
