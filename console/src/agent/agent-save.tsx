"use client";
/** Saves, and says how far what was saved has come: kept, and used from the next message on. */
import type { AgentSettings } from "@cogni/contract";
import { useTranslations } from "next-intl";
import type { ComponentProps } from "react";
import { SaveBar } from "../parts/save-bar.tsx";
import { useNow } from "../parts/use-now.ts";

interface AgentSaveProps extends Omit<ComponentProps<typeof SaveBar>, "stage"> {
  saved: AgentSettings;
  change: { isPending: boolean; isSuccess: boolean; error: Error | null };
}

/** After that, it is the gateway that is away. */
const SOON_MS = 10_000;

export function AgentSave({ saved, ...bar }: AgentSaveProps) {
  const text = useTranslations("agent");
  const now = useNow();
  const late = saved.changedAt !== null && now.getTime() - Date.parse(saved.changedAt) > SOON_MS;
  const tone = saved.applied ? bar.change.isSuccess && "applied" : late ? "late" : "soon";
  return <SaveBar {...bar} stage={tone ? { tone, text: text(tone) } : null} />;
}
