import { expect, test } from "vitest";
import { nameSchema } from "../src/names.ts";
import { originSchema, webAddressSchema } from "../src/origins.ts";

test.each([
  ["  Acme   GmbH ", "Acme GmbH"],
  ["Ａcme ①", "Acme 1"],
  ["Łódź & Söhne", "Łódź & Söhne"],
  ["株式会社 Acme", "株式会社 Acme"],
  ["Acme Россия", "Acme Россия"],
  ["हिन्दी", "हिन्दी"],
  ["Love ❤️", "Love ❤️"],
])("the name %j is kept as %j", (given, kept) => {
  expect(nameSchema.parse(given)).toBe(kept);
});

test.each([
  ["Раypal", "letters of two alphabets"],
  ["Αcme", "a Greek letter that looks Latin"],
  ["Ac\u200Bme", "a space of no width"],
  ["\u202Eemca", "another direction of writing"],
  ["\u3164", "a filler"],
  ["Acme\u2800", "a blank of Braille"],
  ["a\u0300\u0301\u0302\u0303\u0304", "a heap of accents"],
  ["", "nothing"],
  ["x".repeat(81), "more than 80 characters"],
])("the name %j is refused: %s", (given) => {
  expect(nameSchema.safeParse(given).success).toBe(false);
});

test.each([
  ["https://Shop.Example", "https://shop.example"],
  ["https://shop.example:443/", "https://shop.example"],
  ["https://bücher.example", "https://xn--bcher-kva.example"],
  ["http://localhost:4000", "http://localhost:4000"],
  ["https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"],
])("the origin %s is kept as browsers compare it: %s", (given, kept) => {
  expect(originSchema.parse(given)).toBe(kept);
});

test.each([
  "https://*.shop.example",
  "*",
  "http://shop.example",
  "https://shop.example/path",
  "https://shop.example?q",
  "https://user@shop.example",
  "https://shop.example; script-src *",
  "https://shop.example https://evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "null",
  "",
])("%j is no origin that a page could be embedded by", (given) => {
  expect(originSchema.safeParse(given).success).toBe(false);
});

test.each([
  "javascript:alert(1)",
  "//evil.example",
  "/x",
  "https://a@b.example/",
  "https:\\\\b.example",
  "h\nttps://b.example",
])("%j is no address that a page could lead back to", (given) => {
  expect(webAddressSchema.safeParse(given).success).toBe(false);
});
