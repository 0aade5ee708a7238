/** Each language's mails say all that English says. */
import { LOCALES, type Locale } from "@cogni/contract";
import { expect, test } from "vitest";
import de from "../../messages/de.json" with { type: "json" };
import en from "../../messages/en.json" with { type: "json" };
import zh from "../../messages/zh.json" with { type: "json" };
import { mailInWords } from "../../src/mail/words.ts";

type Tree = { readonly [key: string]: string | Tree } | readonly string[];

const CATALOGS: Readonly<Record<Locale, Tree>> = { en, de, zh };
const OTHERS = LOCALES.filter((locale) => locale !== "en");

test.each(OTHERS)("%s says all that English says, with the same values, in its own words", (locale) => {
  const [theirs, english] = [textsOf(CATALOGS[locale]), textsOf(en)];
  expect([...theirs.keys()]).toEqual([...english.keys()]);
  for (const [key, text] of theirs) {
    const wanted = english.get(key) ?? "";
    expect(holesOf(text), key).toEqual(holesOf(wanted));
    expect(text.trim(), key).toBe(text);
    if (/\p{L}/u.test(wanted.replaceAll(/\{\w+\}/g, ""))) expect(text, key).not.toBe(wanted);
  }
});

test("a tenant's name that looks like a placeholder stays what it is", () => {
  const values = { tenant: "{link} {role}", role: "viewer", link: "https://console.test" } as const;
  const { subject, text } = mailInWords("en", "invitation", "ann@acme.test", values);
  expect(text).toContain("join “{link} {role}” as viewer");
  expect(subject).toBe("You are invited");
});

/** By dotted key, as they stand in the file. */
function textsOf(tree: Tree, path = ""): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([name, value]) =>
      typeof value === "string" ? [[path + name, value] as const] : [...textsOf(value, `${path}${name}.`)],
    ),
  );
}

function holesOf(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).toSorted();
}
