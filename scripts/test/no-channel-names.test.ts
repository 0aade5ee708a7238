/** A channel is data: a messenger that nobody here has heard of must work like the ones that everybody knows. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const checkout = join(import.meta.dirname, "..", "..");
const NAMES = /telegram|whatsapp|discord|slack/i;

test.each(["contract/src", "server/src", "server/bin", "console/src"])(
  "no messenger is named in %s",
  (room) => {
    const found = readdirSync(join(checkout, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => NAMES.test(path.slice(checkout.length)) || NAMES.test(readFileSync(path, "utf8")));
    expect(found).toEqual([]);
  },
);
