"use client";
/** What a key may do, in few words: the name of the choice that it is, or one word for each part. */
import type { KeyScope } from "@cogni/contract";
import { useTranslations } from "next-intl";

/** From the least to the most. */
export const PRESETS = {
  read: ["account:read", "agent:read", "channels:read", "members:read"],
  channels: ["account:read", "channels:read", "channels:write"],
  all: [
    "account:read",
    "agent:read",
    "agent:write",
    "audit:read",
    "channels:read",
    "channels:write",
    "keys:read",
    "keys:write",
    "limits:write",
    "links:read",
    "links:write",
    "members:read",
    "usage:read",
    "webhooks:read",
    "webhooks:write",
  ],
} as const satisfies Record<string, readonly KeyScope[]>;
export type Preset = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as Preset[];

/** Null for a choice that is none of them. */
export function presetOf(scopes: readonly KeyScope[]): Preset | null {
  const same = (preset: Preset) =>
    PRESETS[preset].length === scopes.length && PRESETS[preset].every((scope) => scopes.includes(scope));
  return PRESET_NAMES.find(same) ?? null;
}

export function useScopeWords(): (scopes: readonly KeyScope[]) => string {
  const text = useTranslations("keys");
  return (scopes) => {
    const preset = presetOf(scopes);
    return preset
      ? text(`preset.${preset}`)
      : scopes.map((scope) => text(`scope.${scope}.brief`)).join(" · ");
  };
}
