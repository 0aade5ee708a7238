/** What mails say of a problem is what the pages say of it. */
import { type ErrorCode, errorCodes } from "@cogni/contract";
import { expect, test } from "vitest";
import de from "../../../console/messages/de.json" with { type: "json" };
import zh from "../../../console/messages/zh.json" with { type: "json" };
import mailedDe from "../../messages/problems/de.json" with { type: "json" };
import mailedZh from "../../messages/problems/zh.json" with { type: "json" };

test.each([
  ["de", mailedDe, de.problems],
  ["zh", mailedZh, zh.problems],
])("in %s a mail tells a problem in the pages' words", (_language, mailed, drawn) => {
  const told: Readonly<Partial<Record<ErrorCode, object>>> = drawn;
  for (const [code, words] of Object.entries(mailed)) {
    expect(errorCodes).toContain(code);
    expect(told[code as ErrorCode], code).toMatchObject(words);
  }
});
