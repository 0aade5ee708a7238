/** Addresses of other people's sites, as exact as browsers compare them. */
import { z } from "zod";

export const MAX_ORIGINS = 20;

const MAX_LENGTH = 2_048;
/** Names in punycode, IPv4, and IPv6 in brackets. `*` would parse as a name, and be a wildcard in a policy. */
const PLAIN_HOST = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])$/;

/** Whether a host is the person's own machine, where nobody listens in on `http:`. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Null for what is no `https:` address of the web, nor an `http:` one of the person's own machine. */
function parsed(text: string): URL | null {
  // A browser would drop tabs and line breaks, and read on.
  if (!URL.canParse(text) || /[\s\\\p{C}]/u.test(text)) return null;
  const url = new URL(text);
  const { protocol, hostname, username, password } = url;
  const safe = protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname));
  return safe && username === "" && password === "" && PLAIN_HOST.test(hostname) ? url : null;
}

/** `https://shop.example`, in the one form that browsers compare: lower case, punycode, no default port. */
export const originSchema = z
  .string()
  .max(MAX_LENGTH)
  .transform((text, issue): string => {
    const url = parsed(text);
    if (url && url.href === `${url.origin}/`) return url.origin;
    issue.addIssue("must be an origin like https://shop.example, without a path or a wildcard");
    return z.NEVER;
  });

/** An address of a page. */
export const webAddressSchema = z
  .string()
  .max(MAX_LENGTH)
  .transform((text, issue): string => {
    const url = parsed(text);
    if (url) return url.href;
    issue.addIssue("must be an https address");
    return z.NEVER;
  });
