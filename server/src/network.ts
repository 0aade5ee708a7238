/** Whom a network address stands for where addresses are counted. */
import ipaddr from "ipaddr.js";

/** Of IPv6 the /64, which is one subscriber's: within it anyone has as many addresses as they like. */
export function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const { parts } = ipaddr.IPv6.parse(address);
  return `${parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}
