/**
 * Where messages may go. Whoever chooses an endpoint must not reach by it what only this machine reaches: a name is believed
 * for its addresses alone, and an address only where it is one of the public internet's, or of a network that the operator named.
 */
import { Resolver } from "node:dns/promises";
import { type BlockList, isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** All addresses of a name. Rejects where it has none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface Reach {
  /** Networks of the operator's own that may be reached, too. */
  readonly privateNetworks: BlockList;
  /** Plain `http:` is for development. */
  readonly plainHttp: boolean;
}

/** What cloud providers answer their machines' credentials at, where it is not link-local. Never to be reached, whatever is named. */
const METADATA = new Set([
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.192",
  "fd00:ec2::254",
  "fd20:ce::254",
]);
const GLOBAL_IPV6 = ipaddr.parseCIDR("2000::/3");
/** What is to be reached by it is an IPv4 address, in its last four bytes. */
const NAT64 = ipaddr.parseCIDR("64:ff9b::/96");

export function mayReach(address: string, { privateNetworks }: Pick<Reach, "privateNetworks">): boolean {
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.match(NAT64)) {
    const last = ipaddr.fromByteArray(parsed.toByteArray().slice(-4)).toString();
    return mayReach(last, { privateNetworks });
  }
  if (METADATA.has(parsed.toString()) || parsed.range() === "linkLocal") return false;
  if (privateNetworks.check(address, parsed.kind())) return true;
  return parsed.range() === "unicast" && (parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_IPV6));
}

/** In which of its ways an address can't be one of an endpoint; null: it can, as far as that shows without asking for the name. */
export function refusalOf(text: string, reach: Reach): string | null {
  // Tabs and line breaks would be dropped, and the rest read on.
  if (!URL.canParse(text) || /[\s\\\p{C}]/u.test(text))
    return "must be an address like https://example.com/hooks";
  const { protocol, username, password, port, hash } = new URL(text);
  if (protocol !== "https:" && !(protocol === "http:" && reach.plainHttp)) return "must begin with https:";
  if (username !== "" || password !== "") return "must not contain a name or a password";
  if (hash !== "") return "must not have a part behind #";
  // The lower ones are other services'.
  if (port !== "" && port !== "80" && Number(port) < 1_024)
    return "must be at port 80, 443, or one from 1024 on";
  const literal = literalOf(new URL(text));
  if (literal !== null && !mayReach(literal, reach)) return "must be an address of the public internet";
  return null;
}

/** The IP address that a URL names, in its one usual form, however it was spelled; null for a name. */
export function literalOf({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(bare) === 0 ? null : bare;
}

/**
 * Asks the name servers, and neither this machine's own list of names nor the domains it searches. Off the thread pool, where a
 * slow name server would keep everyone's file accesses waiting.
 */
export function createResolve(): Resolve {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  return async (host) => {
    if (/^(.+\.)?localhost\.?$/.test(host)) return ["127.0.0.1"];
    const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = found.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    if (addresses.length === 0) throw new Error("the name has no address");
    return addresses;
  };
}
