/** A channel is data: a messenger that nobody here has heard of must work like the ones that everybody knows. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const checkout = join(import.meta.dirname, "..", "..");
const overlay = JSON.parse(readFileSync(join(checkout, "config/channels.json"), "utf8")) as {
  channels: Record<string, { plugin?: { package: string } }>;
};
/** What the overlay names, and messengers that it could name. */
const NAMES = new RegExp(
  [...Object.keys(overlay.channels), "whats ?app", "telegram", "mattermost", "imessage", "msteams"].join("|"),
  "i",
);

/** What runs, and where no messenger may be named. */
const ROOMS = [
  "contract/src",
  "server/src",
  "server/bin",
  "server/migrations",
  "console/src",
  "console/messages",
  "plugins/cogni-bridge/index.ts",
  "plugins/cogni-bridge/src",
  "plugins/cogni-bridge/resolver",
  "dev-env/src",
  "deploy/gateway",
  "scripts",
];

/** Where one may be, each for its reason. */
const ALLOWED: readonly (readonly [RegExp, string])[] = [
  [/^scripts\/test\//, "tests"],
  [/^dev-env\/src\/stand-ins\//, "a stand-in is for one messenger"],
  [/^dev-env\/src\/(?:try-it|dev|world|world-client)\.ts$/, "start the stand-ins, and hand them to tests"],
  [/^dev-env\/src\/pictures\.ts$/, "connects what the pictures show"],
];

const isAllowed = (path: string): boolean => ALLOWED.some(([place]) => place.test(path));

function filesOf(room: string): string[] {
  const full = join(checkout, room);
  if (statSync(full).isFile()) return [room];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(checkout, join(entry.parentPath, entry.name)));
}

const namesOne = (path: string): boolean =>
  NAMES.test(path) || NAMES.test(readFileSync(join(checkout, path), "utf8"));

test.each(ROOMS)("no messenger is named in %s", (room) => {
  expect(filesOf(room).filter((path) => !isAllowed(path) && namesOne(path))).toEqual([]);
});

test("no place may name one without need", () => {
  const naming = ROOMS.flatMap(filesOf).filter(namesOne);
  const needless = ALLOWED.filter(([place]) => !naming.some((path) => place.test(path)));
  expect(needless).toEqual([]);
});
