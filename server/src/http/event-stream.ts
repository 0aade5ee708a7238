/**
 * One status stream on its connection. Written to Node's response directly, which says at once when a reader is slow, and
 * holds nothing beside it for as long as the stream is open.
 */
import type { ServerResponse } from "node:http";
import type { Reader, Seat } from "../channels/live/hub.ts";

const HEADERS = {
  "Content-Type": "text/event-stream",
  // Tells nginx, which gathers answers otherwise.
  "X-Accel-Buffering": "no",
  // The connection ends with the stream; kept alive, it would keep a server waiting that is about to end.
  Connection: "close",
};
/** What was written last may take so long to arrive. */
const ENDING_MS = 5_000;

/** Sends the headers and takes the seat; from then on the stream goes on by itself. */
export function openEventStream(
  outgoing: ServerResponse,
  seat: Seat,
  lastId: string | undefined,
  mayRead: Reader["mayRead"],
): void {
  // Its reader may have left while its document was looked up.
  if (outgoing.destroyed) {
    seat.giveBack();
    return;
  }
  outgoing.writeHead(200, HEADERS);
  const stream = seat.take(
    {
      write: (bytes) => outgoing.write(bytes),
      end() {
        outgoing.setTimeout(ENDING_MS);
        outgoing.end();
      },
      cut: () => outgoing.destroy(),
      mayRead,
    },
    lastId,
  );
  outgoing.on("drain", stream.drained).on("close", stream.closed);
}
