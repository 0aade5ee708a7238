/** The address that a request came from, as far as proxies in between are trusted. */
import type { IncomingMessage } from "node:http";
import { type BlockList, isIP } from "node:net";

/**
 * The client's address. `X-Forwarded-For` is read from its end, where the nearest proxy wrote, for as long as the writer
 * is trusted; what stands further left is the client's own claim.
 */
export function remoteAddressOf(incoming: IncomingMessage, trusted: BlockList): string {
  let address = plain(incoming.socket.remoteAddress ?? "");
  const forwarded = incoming.headers["x-forwarded-for"];
  if (forwarded === undefined) return address;
  const hops = String(forwarded).split(",").map(plain);
  while (isTrusted(address, trusted)) {
    const next = hops.pop();
    if (next === undefined || isIP(next) === 0) break;
    address = next;
  }
  return address;
}

export function isTrusted(address: string, trusted: BlockList): boolean {
  const family = isIP(address);
  return family !== 0 && trusted.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** An IPv4 address that a dual-stack socket shows as `::ffff:1.2.3.4`, as itself. */
function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, "");
}
