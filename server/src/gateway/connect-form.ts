/** The form by which a channel is connected: which keys of an account are asked for, by the gateway's schema and our overlay. */
import type { ConnectField } from "@cogni/contract";
import { type ChannelOverlay, fieldOverlayOf, type Overlay, overlayOf } from "./overlay.ts";
import type { SchemaNode } from "./protocol.ts";

/** How a schema's children name the keys that it does not. */
const ANY_KEY = "*";

/**
 * An account's schema that lets any key stand tells none of most: those that the overlay names count as its own. What is
 * known of them stands at the section's, where one account's settings may stand as well.
 */
export function withUndeclared(account: SchemaNode, section: SchemaNode, ours: ChannelOverlay): SchemaNode {
  const declared = account.children.filter(({ key }) => key !== ANY_KEY);
  if (declared.length === account.children.length) return account;
  const named = [ours.fields, ...Object.values(ours.account ?? {})].flatMap((keys) => Object.keys(keys));
  const added = [...new Set(named)]
    .filter((key) => !declared.some((child) => child.key === key))
    .map((key) => section.children.find((child) => child.key === key) ?? { key });
  return { ...account, children: [...added, ...declared] };
}

/**
 * The basic secrets of an account, and what the overlay names beside them. A plugin that says of no field how basic it is
 * has the gateway call them all advanced: then they all are asked for. Labels and help stand at the section's.
 */
export function toFields(
  channel: string,
  account: SchemaNode,
  section: SchemaNode,
  overlay: Overlay,
): ConnectField[] {
  const ours = overlayOf(overlay, channel);
  const hints = new Map(section.children.map(({ key, hint }) => [key, hint]));
  const secrets = account.children.filter(({ type, hint }) => hint?.sensitive === true && isText(type));
  const basic = secrets.filter(({ hint }) => hint?.advanced !== true);
  const asked = new Set([
    ...(basic.length > 0 ? basic : secrets).map(({ key }) => key),
    ...Object.keys(ours.fields),
  ]);
  return account.children
    .filter(({ key, type }) => asked.has(key) && isText(type))
    .filter(({ key }) => !fieldOverlayOf(ours, key).hidden)
    .map(({ key, hint }) => {
      const field = fieldOverlayOf(ours, key);
      return {
        name: key,
        label: field.label ?? hints.get(key)?.label ?? hint?.label ?? inWords(key),
        help: field.help ?? hints.get(key)?.help ?? hint?.help ?? null,
        placeholder: field.placeholder ?? null,
        secret: hint?.sensitive === true,
        required: field.required,
      };
    });
}

/** What a person can type. A secret is of several types, text or a reference to it, and then the schema names none. */
export function isText(type: unknown): boolean {
  return type == null || type === "string" || (Array.isArray(type) && type.includes("string"));
}

/** `channelAccessToken` → `Channel access token` */
function inWords(key: string): string {
  const words = key.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
