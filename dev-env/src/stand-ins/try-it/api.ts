/** What the plugin asks of the messenger. Its side of it is `plugins/try-it/src/messenger.ts`. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { type Incoming, sendJson } from "../loopback.ts";
import { type Device, type Fault, poll, send } from "./device.ts";
import type { Devices } from "./devices.ts";
import type { Link, Links } from "./links.ts";

interface ApiOptions {
  devices: Devices;
  links: Links;
  /** How the messenger misbehaves at this moment, towards this device or towards someone who has none yet. */
  fault(device: Device | null): Fault | null;
  /** Of the phone page. */
  origin(): string;
}

/** No poll hangs longer, whatever was asked for. */
const LONGEST_POLL_MS = 30_000;
const ms = z.coerce.number().min(0).max(LONGEST_POLL_MS);
const pollSchema = z.object({ after: z.coerce.number(), confirmed: z.coerce.number(), timeoutMs: ms });
const watchSchema = z.object({ url: z.string(), timeoutMs: ms });
const sendSchema = z.object({ chat: z.string().min(1), text: z.string().min(1) });

export function createApi({ devices, links, fault, origin }: ApiOptions) {
  const told = ({ id, status, code, token }: Link) => ({
    id,
    status,
    url: `${origin()}/link/${code}`,
    ...(token !== null && { token }),
  });

  return async (request: Incoming, response: ServerResponse): Promise<void> => {
    const hungUp = new AbortController();
    response.once("close", () => hungUp.abort());
    const [, , resource = "", id = ""] = request.path.split("/");
    if (resource === "links") {
      if (!(await survives(fault(null), response))) return;
      if (request.method === "POST") {
        const { account } = z.object({ account: z.string().min(1) }).parse(request.params);
        return sendJson(response, 200, told(links.open(account)));
      }
      const link = links.byId(id);
      if (!link) return refuse(response, 404, "Not Found");
      const { url, timeoutMs } = watchSchema.parse(request.params);
      await links.watch(link, url.split("/").at(-1) ?? "", timeoutMs, hungUp.signal);
      if (await survives(fault(null), response)) sendJson(response, 200, told(link));
      return;
    }

    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const device = devices.byToken(token);
    if (!device) return refuse(response, 401, "Unauthorized");
    const goesOn = async (): Promise<boolean> => {
      if (device.ended) refuse(response, 401, device.ended);
      return device.ended === null && survives(fault(device), response);
    };
    if (!(await goesOn())) return;
    if (resource === "me") return sendJson(response, 200, { id: device.id, name: device.name });
    if (resource === "unlink" && request.method === "POST") {
      devices.end(device, "logged out");
      return sendJson(response, 200, {});
    }
    if (resource !== "messages") return refuse(response, 404, "Not Found");
    if (request.method === "POST") {
      const { chat, text } = sendSchema.parse(request.params);
      const { id: sentId } = send(device, chat, text);
      devices.save();
      return sendJson(response, 200, { id: sentId });
    }
    const unconfirmed = device.inbox.length;
    const messages = await poll(device, pollSchema.parse(request.params), hungUp.signal);
    // Or a messenger that starts anew would tell again what was answered.
    if (device.inbox.length !== unconfirmed) devices.save();
    // It may have been logged out, or begun to misbehave, meanwhile.
    if (await goesOn()) sendJson(response, 200, { messages });
  };
}

/** Carries out a fault; true if the request is to be answered after all. */
async function survives(fault: Fault | null, response: ServerResponse): Promise<boolean> {
  switch (fault?.kind) {
    case undefined:
      return true;
    case "slow":
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return true;
    case "cut":
      response.destroy();
      return false;
    case "silent":
      // Until the caller gives up: the connection stays open, and nothing comes.
      await once(response, "close");
      return false;
    case "status":
      refuse(response, fault.status, fault.reason ?? "as asked for");
      return false;
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  sendJson(response, status, { error: reason });
}
