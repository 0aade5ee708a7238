import { expect, test } from "vitest";
import { chooseLocale } from "../src/locales.ts";

test.each([
  ["de-AT,de;q=0.9,en;q=0.8", "de"],
  ["fr-FR, fr;q=0.9, zh-CN;q=0.8, en;q=0.7", "zh"],
  ["zh-TW,zh;q=0.9,en-US;q=0.8", "zh"],
  ["en;q=0.5, de;q=0.7", "de"],
  ["en-GB,de", "en"],
  ["DE", "de"],
  ["de;q=0, fr", "en"],
  ["den, zha", "en"],
  ["*", "en"],
  [";;q=,,-", "en"],
  ["", "en"],
  [null, "en"],
])("a browser that asks for “%s” gets %s", (accepted, locale) => {
  expect(chooseLocale(undefined, accepted)).toBe(locale);
});

test("what a person chose wins over what the browser asks for", () => {
  expect(chooseLocale("zh", "de,en;q=0.5")).toBe("zh");
  expect(chooseLocale("en", "de")).toBe("en");
});

test.each(["fr", "", "toString", "../de", "DE", "de,zh"])(
  "a choice of “%s” that was never offered is none",
  (chosen) => {
    expect(chooseLocale(chosen, "de")).toBe("de");
  },
);
