/** The page that plays the phone, and what it asks. Whoever reaches it may do everything: it is on loopback. */
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { type Incoming, sendJson } from "../loopback.ts";
import { type Device, newDevice, say } from "./device.ts";
import type { Devices } from "./devices.ts";
import type { Links } from "./links.ts";

interface PhoneOptions {
  devices: Devices;
  links: Links;
  /** Makes the device that a scanned code is for. */
  accept(account: string): Device;
}

/** Who can write on this phone: two, so that one can be let in and the other not. */
export const PEOPLE = [
  { id: "alex", name: "Alex" },
  { id: "sam", name: "Sam" },
];
/** A device polls every 5 s at least. */
const ONLINE_MS = 8_000;

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

const FILE = /^\/page\/(phone|chat|scan|dom|icon)\.(css|js|svg)$/;

const botName = z.string().trim().min(1).max(40);
const saySchema = z.object({
  device: z.string(),
  person: z.string(),
  text: z.string().trim().min(1).max(4_000),
});
const answerSchema = z.object({ link: z.string(), answer: z.enum(["accept", "refuse"]) });

export function createPhone({ devices, links, accept }: PhoneOptions) {
  const shown = (device: Device) => ({
    id: device.id,
    kind: device.kind,
    name: device.name,
    account: device.account,
    token: device.kind === "bot" ? device.token : null,
    online:
      device.waiting.size > 0 || (device.lastPollAt !== null && Date.now() - device.lastPollAt < ONLINE_MS),
    chats: Object.fromEntries(PEOPLE.map(({ id }) => [id, conversation(device, id)])),
  });
  const answers: Readonly<Record<string, (params: Record<string, unknown>) => unknown>> = {
    "GET /phone/state": () => ({
      people: PEOPLE,
      devices: devices
        .all()
        .filter(({ ended }) => ended === null)
        .map(shown),
      codes: links.pending().map(({ id, account, code }) => ({ id, account, code })),
    }),
    "POST /phone/bots": (params) => {
      const bot = newDevice({ kind: "bot", name: botName.parse(params.name), account: null });
      return shown(devices.add(bot));
    },
    "POST /phone/say": (params) => {
      const { device, person, text } = saySchema.parse(params);
      const to = devices.byId(device);
      const from = PEOPLE.find(({ id }) => id === person);
      if (!to || !from) return null;
      const id = say(to, { from, text });
      devices.save();
      return { id };
    },
    "POST /phone/log-out": (params) => {
      const device = devices.byId(String(params.device));
      if (device) devices.end(device, device.kind === "bot" ? "Unauthorized" : "logged out");
      return {};
    },
    "GET /phone/link": (params) => {
      const link = links.byCode(String(params.code));
      return link ? { open: true, id: link.id, account: link.account } : { open: false };
    },
    "POST /phone/link": (params) => {
      const { link: id, answer } = answerSchema.parse(params);
      const link = links.byId(id);
      // Once scanned, a code that is replaced meanwhile is as good.
      if (link?.status !== "pending") return { open: false };
      if (answer === "refuse") {
        links.refuse(link);
        return { open: true };
      }
      const device = accept(link.account);
      links.accept(link, device.token);
      return { open: true };
    },
  };

  return async (request: Incoming, response: ServerResponse): Promise<void> => {
    const answer = answers[`${request.method} ${request.path}`];
    if (answer) return sendJson(response, 200, answer(request.params));
    // The address that a code holds is this page, too.
    const isPage = request.path === "/" || request.path.startsWith("/link/");
    const [, name, ending = ""] = isPage ? ["", "phone", "html"] : (FILE.exec(request.path) ?? []);
    const type = TYPES[ending];
    if (!type || request.method !== "GET") return sendJson(response, 404, { error: "Not Found" });
    response.writeHead(200, {
      "content-type": type,
      "cache-control": "no-store",
      "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    response.end(await readFile(new URL(`page/${name}.${ending}`, import.meta.url)));
  };
}

/** What was said in both directions, oldest first. */
function conversation(device: Device, person: string) {
  const received = device.received
    .filter(({ chat }) => chat === person)
    .map((one) => ({ ...one, mine: true }));
  const sent = device.sent.filter(({ chat }) => chat === person).map((one) => ({ ...one, mine: false }));
  return [...received, ...sent]
    .sort((a, b) => a.id - b.id)
    .map(({ id, text, at, mine }) => ({ id, text, at, mine }));
}
