import { nanoSchema } from "@cogni/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { exactMoney, money, moneyInput, parseMoney } from "../src/parts/money.ts";

/** `Intl` parts an amount and its currency by a space that does not break. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");

test("what cost something never reads as nothing, and what is dear is told by the cent", () => {
  const told = ["0", "1", "123000", "9999999", "42100000", "421000000", "12300000000", "-5000000000"];
  expect(told.map((nano) => money(nano, "en"))).toEqual([
    "$0.00",
    "$0.000000001",
    "$0.000123",
    "$0.009999999",
    "$0.0421",
    "$0.421",
    "$12.30",
    "-$5.00",
  ]);
});

test("an amount is told in the locale's own form, and exact to the last digit however large it is", () => {
  expect(plain(money("1234567890000", "de"))).toBe("1.234,57 $");
  expect(money("1234567890000", "zh")).toBe("US$1,234.57");
  expect(exactMoney("999999999999999999", "en")).toBe("$999,999,999.999999999");
});

test("what is typed is read exactly, with a point or the locale's own mark", () => {
  expect(parseMoney("12.5", "en")).toBe("12500000000");
  expect(parseMoney(" $0.000000001 ", "en")).toBe("1");
  expect(parseMoney("-3", "en")).toBe("-3000000000");
  expect(parseMoney("0,1", "de")).toBe("100000000");
  expect(parseMoney("12.50 $", "de")).toBe("12500000000");
});

test("what could be meant otherwise, or is no amount, is not guessed", () => {
  for (const typed of ["", "-", "ten", "1,000", "1,5", "1.2.3", "1e3", ".5", "0.1234567890", "1234567890"])
    expect(parseMoney(typed, "en"), typed).toBeNull();
  expect(parseMoney("1.000", "de")).toBeNull();
});

test("every amount that can be typed comes back as it was, in every language", () => {
  const amounts = fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }).map(String);
  fc.assert(
    fc.property(amounts, fc.constantFrom("en", "de", "zh"), (nano, locale) => {
      const read = parseMoney(moneyInput(nano, locale), locale);
      expect(read).toBe(nano);
      expect(nanoSchema.safeParse(read).success).toBe(true);
    }),
  );
});
