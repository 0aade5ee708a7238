/**
 * A tenant's status document as the readers of its stream have it, and what to write to them when it changes. Kept as
 * text: a thousand viewers share it, and comparing is comparing strings.
 */
import { hash } from "node:crypto";
import type { StatusDocument, StatusEventName } from "@cogni/contract";

export interface View {
  /**
   * Short and the same in every process that shows the same, whenever the gateway was looked at: what a reader who comes
   * back names as the last it has.
   */
  readonly id: string;
  /** The event `gateway`'s data: the only part that holds the time of the last look. */
  readonly gateway: Part;
  /** In the document's order, by name. */
  readonly channels: ReadonlyMap<string, Part>;
}

interface Part {
  readonly json: string;
  readonly hash: string;
}

/** @param before the view that this one follows, of which unchanged parts are kept */
export function viewOf({ observedAt, gateway, channels }: StatusDocument, before: View | null): View {
  const parts = new Map<string, Part>();
  for (const channel of channels) {
    const json = JSON.stringify(channel);
    const known = before?.channels.get(channel.channel);
    parts.set(channel.channel, known?.json === json ? known : { json, hash: shortHash(json) });
  }
  const gatewayPart = {
    json: JSON.stringify({ observedAt, gateway }),
    hash: JSON.stringify(gateway),
  };
  return { id: idOf(gatewayPart, parts), gateway: gatewayPart, channels: parts };
}

/** As much of it as a reader sees who is kept to some channels; null: all of it. */
export function viewWithin(view: View, channels: readonly string[] | null): View {
  if (channels === null) return view;
  const parts = new Map([...view.channels].filter(([name]) => channels.includes(name)));
  return { id: idOf(view.gateway, parts), gateway: view.gateway, channels: parts };
}

/** The whole document, for a reader who has nothing or something else. */
export function snapshotOf({ id, gateway, channels }: View): string {
  const list = [...channels.values()].map(({ json }) => json).join(",");
  return event("snapshot", id, `${gateway.json.slice(0, -1)},"channels":[${list}]}`);
}

/** That the gateway came or went, or just when it was last seen. */
export function gatewayEventOf({ id, gateway }: View): string {
  return event("gateway", id, gateway.json);
}

/** From one view to the next, for readers who have the first; empty where they would see no difference. */
export function eventsBetween(before: View, after: View): string {
  if (before.id === after.id) return "";
  if ([...before.channels.keys()].join() !== [...after.channels.keys()].join()) return snapshotOf(after);
  // Each event's id is that of the document as it is with this event and without the next: a connection may end between.
  const meanwhile = new Map(before.channels);
  let events = "";
  if (before.gateway.hash !== after.gateway.hash) {
    events += event("gateway", idOf(after.gateway, meanwhile), after.gateway.json);
  }
  for (const [name, part] of after.channels) {
    if (meanwhile.get(name)?.hash === part.hash) continue;
    meanwhile.set(name, part);
    events += event("channel", idOf(after.gateway, meanwhile), part.json);
  }
  return events;
}

function idOf(gateway: Part, channels: ReadonlyMap<string, Part>): string {
  return shortHash([gateway, ...channels.values()].map((part) => part.hash).join());
}

function shortHash(text: string): string {
  return hash("sha256", text, "base64url").slice(0, 16);
}

/** JSON has no line breaks of its own, so one `data:` line holds it. */
function event(name: StatusEventName, id: string, json: string): string {
  return `event: ${name}\nid: ${id}\ndata: ${json}\n\n`;
}
