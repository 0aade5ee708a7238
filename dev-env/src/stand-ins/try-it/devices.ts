/** Every bot and linked device, kept in a file where one is named. */
import { z } from "zod";
import { readPrivate, writePrivate } from "../../private-files.ts";
import { type Device, wake } from "./device.ts";

const person = z.object({ id: z.string(), name: z.string() });
const sent = z.object({ id: z.number(), chat: z.string(), text: z.string(), at: z.number() });
const message = sent.extend({ from: person });
const kept = z.object({
  devices: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(["bot", "linked"]),
      name: z.string(),
      account: z.string().nullable(),
      token: z.string(),
      ended: z.enum(["Unauthorized", "logged out"]).nullable(),
      nextId: z.number(),
      inbox: z.array(message),
      received: z.array(message),
      sent: z.array(sent),
    }),
  ),
});

export function createDevices(file: string | undefined) {
  const devices: Device[] = ((file && readPrivate(file, kept)?.devices) || []).map((device) => ({
    ...device,
    fault: null,
    lastPollAt: null,
    waiting: new Set(),
  }));
  const save = (): void => {
    if (file) writePrivate(file, kept.parse({ devices }));
  };
  return {
    save,
    all: (): readonly Device[] => devices,
    add(device: Device): Device {
      devices.push(device);
      save();
      return device;
    },
    byToken: (token: string) => devices.find((device) => device.token === token),
    byId: (id: string) => devices.find((device) => device.id === id),
    /** @param name a bot's token, or the account of a linked device: the latest one of it. Throws for any other. */
    find(name: string): Device {
      const device =
        devices.find(({ token }) => token === name) ?? devices.findLast(({ account }) => account === name);
      if (!device) throw new Error(`no device called ${name}`);
      return device;
    },
    /** Its token is refused from now on. */
    end(device: Device, why: NonNullable<Device["ended"]>): void {
      device.ended = why;
      wake(device);
      save();
    },
  };
}

export type Devices = ReturnType<typeof createDevices>;
