/** Each language says all that English says, in its own words, and in a form that can be drawn. */
import { errorCodes } from "@cogni/contract";
import { LOCALES } from "@cogni/contract/locales";
import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";
import { expect, test } from "vitest";
import de from "../messages/de.json" with { type: "json" };
import en from "../messages/en.json" with { type: "json" };
import zh from "../messages/zh.json" with { type: "json" };

type Tree = { [key: string]: string | Tree };
type Texts = ReadonlyMap<string, string>;

const CATALOGS: Record<string, Texts> = { en: textsOf(en), de: textsOf(de), zh: textsOf(zh) };
const ENGLISH = CATALOGS.en as Texts;
const OTHERS = Object.entries(CATALOGS).filter(([language]) => language !== "en");
const ALL = Object.entries(CATALOGS);

/** Codes that no page draws: they stop a program's start, or answer what only a program would send. */
const NEVER_DRAWN = [
  "method_not_allowed",
  "unsupported_media_type",
  "database_outdated",
  "schema_newer",
  "database_role_privileged",
  "encryption_key_missing",
];

/** Words that are the same in both languages; a text without words of its own never counts. */
const SAME: Record<string, string[]> = {
  de: [
    "app.name",
    "frame.gateways",
    "frame.themes.auto",
    "problem.details",
    "problem.code",
    "connect.optional",
    "tenants.create.name",
    "settings.webhooks",
    "settings.agent",
    "general.name",
    "agent.title",
    "members.person",
    "operator.gateways.title",
    "operator.gateways.gateway",
    "operator.tenants.status",
    "operator.tenants.gateway",
    "operator.tenants.create.name",
    "keys.make.name",
    "webhooks.title",
    "webhooks.tookMs",
    "webhooks.type.webhook_test.name",
    "account.name",
    "account.wallets.title",
  ],
  zh: ["app.name"],
};

const isProblem = (key: string) => key.startsWith("problems.");

test("each language of the choice has a catalog", () => {
  expect(Object.keys(CATALOGS)).toEqual(LOCALES);
});

test.each(OTHERS)("%s has each text of English, in the same order, and no other", (_language, texts) => {
  expect([...texts.keys()].filter((key) => !isProblem(key))).toEqual([...ENGLISH.keys()]);
});

test.each(OTHERS)(
  "%s has words for each problem that a page may draw, and for no other",
  (_language, texts) => {
    const drawn = errorCodes.filter((code) => !NEVER_DRAWN.includes(code));
    const wanted = drawn.flatMap((code) =>
      ["title", "cause", "remedy"].map((part) => `problems.${code}.${part}`),
    );
    expect([...texts.keys()].filter(isProblem).toSorted()).toEqual(wanted.toSorted());
  },
);

test("in English a problem's words have one source, the contract", () => {
  expect([...ENGLISH.keys()].filter(isProblem)).toEqual([]);
});

test.each(ALL)("%s can be parsed, and loses nothing to a quotation", (_language, texts) => {
  for (const [key, text] of texts) {
    expect(text.trim(), key).toBe(text);
    expect(text, key).not.toBe("");
    // An apostrophe before a brace begins a quotation, and is drawn no more.
    expect(literalsOf(text).match(/'/g)?.length, key).toBe(text.match(/'/g)?.length);
    expect(literalsOf(text), key).not.toMatch(/[{}<>"]|''/);
  }
});

test.each(OTHERS)(
  "%s takes the arguments that English takes, and its own forms of number",
  (language, texts) => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    for (const [key, text] of texts) {
      expect(argumentsOf(text), key).toEqual(argumentsOf(ENGLISH.get(key) ?? ""));
      for (const plural of pluralsOf(text)) expect(plural, key).toEqual(forms);
    }
  },
);

test.each(OTHERS)("%s has nothing left in English by accident", (language, texts) => {
  const left = [...texts].filter(
    ([key, text]) => text === ENGLISH.get(key) && /\p{L}/u.test(literalsOf(text)),
  );
  expect(left.map(([key]) => key)).toEqual(SAME[language]);
});

test("quotation marks are those of the language, and in pairs", () => {
  const marks = (text: string) => text.replace(/[^„“”‘’»«「」]/gu, "");
  for (const [key, text] of CATALOGS.de as Texts) expect(marks(text), key).toMatch(/^(„“)*$/);
  for (const [key, text] of CATALOGS.zh as Texts) expect(marks(text), key).toMatch(/^(“”)*$/);
});

test("Chinese sentences have Chinese marks", () => {
  for (const [key, text] of CATALOGS.zh as Texts)
    expect(literalsOf(text), key).not.toMatch(/\p{Script=Han}\s?[,.:;?!()]/u);
});

/** By dotted key, as they stand in the file. */
function textsOf(tree: Tree, path = ""): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([name, value]) =>
      typeof value === "string" ? [[path + name, value] as const] : [...textsOf(value, `${path}${name}.`)],
    ),
  );
}

/** Each element of a message, those inside plurals and tags included. */
function elementsOf(elements: MessageFormatElement[]): MessageFormatElement[] {
  return elements.flatMap((element) => {
    const inner =
      element.type === TYPE.plural || element.type === TYPE.select
        ? Object.values(element.options).flatMap(({ value }) => value)
        : element.type === TYPE.tag
          ? element.children
          : [];
    return [element, ...elementsOf(inner)];
  });
}

function literalsOf(text: string): string {
  return elementsOf(parse(text))
    .flatMap((element) => (element.type === TYPE.literal ? [element.value] : []))
    .join(" ");
}

/** Names, each once; how a number is told is each language's own. */
function argumentsOf(text: string): string[] {
  const named = elementsOf(parse(text)).flatMap((element) =>
    element.type === TYPE.literal || element.type === TYPE.pound ? [] : [element.value],
  );
  return [...new Set(named)].toSorted();
}

/** The forms of each plural of a text, but for those of exact numbers. */
function pluralsOf(text: string): string[][] {
  return elementsOf(parse(text)).flatMap((element) =>
    element.type === TYPE.plural
      ? [
          Object.keys(element.options)
            .filter((form) => !form.startsWith("="))
            .toSorted(),
        ]
      : [],
  );
}
