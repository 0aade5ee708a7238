import { readFileSync } from "node:fs";
import { ERRORS, type ErrorCode, errorCodes } from "@cogni/contract";
import { expect, test } from "vitest";

const page = readFileSync(new URL("../errors.md", import.meta.url), "utf8");
/** Code → what stands below its heading. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [code = "", ...lines] = section.split(/^## /m)[0]?.split("\n") ?? [];
      return [code, lines.join("\n")];
    }),
);

test("docs/errors.md explains every error code of the contract, and no other", () => {
  expect([...sections.keys()].sort()).toEqual([...errorCodes].sort());
});

test.each(errorCodes)("docs/errors.md says of %s what the API says", (code: ErrorCode) => {
  const { status, title, cause, remedy, action } = ERRORS[code];
  expect(sections.get(code)).toContain(
    `${title} · ${status} · \`${action}\`\n\n- Cause: ${cause}\n- Remedy: ${remedy}\n`,
  );
});
