import { BlockList } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createResolve, mayReach, type Reach, refusalOf } from "../../src/webhooks/addresses.ts";

const named = new BlockList();
named.addSubnet("10.20.0.0", 16);
named.addSubnet("169.254.0.0", 16);
named.addSubnet("100.64.0.0", 10);
const strict: Reach = { privateNetworks: new BlockList(), plainHttp: false };
const lax: Reach = { privateNetworks: named, plainHttp: true };

describe("an address that may be reached", () => {
  test.each(["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::8.8.8.8"])("is %s", (address) => {
    expect(mayReach(address, strict)).toBe(true);
  });

  test.each([
    ["this machine's", ["127.0.0.1", "127.1.2.3", "0.0.0.0", "::1", "::"]],
    ["private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1", "fec0::1"]],
    ["link-local", ["169.254.169.254", "169.254.170.2", "fe80::1"]],
    ["a cloud's, for its machines' credentials", ["168.63.129.16", "100.100.100.200", "fd00:ec2::254"]],
    ["shared, reserved or of no one", ["100.64.0.1", "192.0.0.1", "198.18.0.1", "203.0.113.1", "240.0.0.1"]],
    ["of many", ["224.0.0.1", "255.255.255.255", "ff02::1"]],
    ["IPv4 in IPv6's clothes", ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::10.0.0.1"]],
    ["through a tunnel", ["2002:7f00:1::", "2001::1", "64:ff9b:1::1"]],
    ["of IPv6's unallocated space", ["4000::1", "2001:db8::1", "100::1"]],
  ])("is none that is %s", (_what, addresses) => {
    for (const address of addresses) expect(mayReach(address, strict), address).toBe(false);
  });

  test("is one of a network that the operator named, but never link-local nor a cloud's for its machines", () => {
    expect(mayReach("10.20.30.40", lax)).toBe(true);
    expect(mayReach("10.21.0.1", lax)).toBe(false);
    for (const address of ["169.254.169.254", "100.100.100.200"]) expect(mayReach(address, lax)).toBe(false);
    expect(mayReach("100.64.0.1", lax)).toBe(true);
  });
});

describe("an endpoint's address", () => {
  test.each([
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.1./",
    "https://①②⑦.0.0.1/",
    "https://127。0。0。1/",
    "https://%31%32%37.0.0.1/",
    "https://0/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[0:0:0:0:0:ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://192.168.1.1:8443/hook",
    "https://3232235777/",
  ])("that is a private IP address is refused in every spelling: %s", (url) => {
    expect(refusalOf(url, strict)).toBe("must be an address of the public internet");
  });

  test.each([
    ["http://example.com/", "https:"],
    ["ftp://example.com/", "https:"],
    ["file:///etc/passwd", "https:"],
    ["javascript:alert(1)", "https:"],
    ["https://user@example.com/", "name or a password"],
    ["https://user:secret@example.com/", "name or a password"],
    ["https://example.com/#here", "#"],
    ["https://example.com:22/", "port"],
    ["https://example.com:25/", "port"],
    ["https://exa\tmple.com/", "address like"],
    ["https://example.com\\@127.0.0.1/", "address like"],
    ["example.com/hook", "address like"],
    ["", "address like"],
  ])("%j is refused, and the reason says %j", (url, reason) => {
    expect(refusalOf(url, strict)).toContain(reason);
  });

  test.each([
    "https://example.com/hook?a=b",
    "https://example.com:8443/",
    "https://bücher.example/",
    "https://8.8.8.8/",
  ])("%s is one", (url) => {
    expect(refusalOf(url, strict)).toBeNull();
  });

  test("is of http: in development alone", () => {
    expect(refusalOf("http://10.20.0.1:8080/", lax)).toBeNull();
    expect(refusalOf("http://10.20.0.1:8080/", { ...lax, plainHttp: false })).toContain("https:");
  });

  test("of any kind is refused or can be asked for, and never throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.ipV4().map((ip) => `https://${ip}/`),
        ),
        (url) => {
          const refusal = refusalOf(url, strict);
          expect(refusal === null || refusal.startsWith("must")).toBe(true);
          if (refusal === null) expect(new URL(url).protocol).toBe("https:");
        },
      ),
    );
  });
});

test("localhost is this machine, whatever name servers say", async () => {
  const resolve = createResolve();
  for (const host of ["localhost", "localhost.", "a.localhost"])
    expect(await resolve(host)).toEqual(["127.0.0.1"]);
});
