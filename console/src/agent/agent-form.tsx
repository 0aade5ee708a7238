"use client";
/** Changes what the agent is told. What someone else saved meanwhile is not overwritten without a word. */
import type { AgentSettings } from "@cogni/contract";
import { MAX_GREETING_BYTES, MAX_INSTRUCTIONS_BYTES, utf8Bytes } from "@cogni/contract/agent-limits";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ApiError } from "../api-call.ts";
import { TextArea } from "../parts/text-area.tsx";
import { SettingsSection } from "../settings/settings-section.tsx";
import { useTenant } from "../tenants/tenant-scope.tsx";
import { AgentModel } from "./agent-model.tsx";
import { AgentSave } from "./agent-save.tsx";
import { type Draft, drafts, isSame } from "./drafts.ts";
import { useChangeAgent } from "./use-agent.ts";

export function AgentForm({ saved }: { saved: AgentSettings }) {
  const text = useTranslations("agent");
  const tenant = useTenant();
  const [draft, setDraft] = useState<Draft | null>(() => drafts.of(tenant));
  const change = useChangeAgent(() => edit(null));
  const shown = draft ?? draftFrom(saved);
  const overtaken = draft !== null && draft.version !== saved.version;
  const refused = refusedFields(change.error);
  const tooLong =
    utf8Bytes(shown.instructions.trim()) > MAX_INSTRUCTIONS_BYTES ||
    utf8Bytes(shown.greeting.trim()) > MAX_GREETING_BYTES;

  function edit(next: Draft | null) {
    const kept = next && !isSame(next, draftFrom(saved)) ? next : null;
    drafts.keep(tenant, kept);
    // What is typed stays as it is typed, also where it is what is saved already.
    setDraft(next);
  }
  const editPart = (part: Partial<Draft>) => {
    if (change.isError) change.reset();
    edit({ ...shown, ...part });
  };
  const save = (version: number) => {
    const { instructions, greeting, model } = shown;
    if (!tooLong) change.mutate({ instructions, greeting, model, version });
  };
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isSame(shown, draftFrom(saved)) && !overtaken) save(shown.version);
  }

  return (
    <form method="post" onSubmit={submit} autoComplete="off" noValidate>
      <SettingsSection title={text("instructions")} help={text("instructionsHelp")}>
        <TextArea
          name="instructions"
          label={text("instructions")}
          rows={12}
          placeholder={text("instructionsExample")}
          value={shown.instructions}
          used={utf8Bytes(shown.instructions.trim())}
          most={MAX_INSTRUCTIONS_BYTES}
          error={refused.has("instructions") ? text("hidden") : null}
          onChange={(event) => editPart({ instructions: event.currentTarget.value })}
        />
      </SettingsSection>
      <SettingsSection title={text("greeting")} help={text("greetingHelp")}>
        <TextArea
          name="greeting"
          label={text("greeting")}
          rows={3}
          placeholder={text("greetingExample")}
          value={shown.greeting}
          used={utf8Bytes(shown.greeting.trim())}
          most={MAX_GREETING_BYTES}
          error={refused.has("greeting") ? text("hidden") : null}
          onChange={(event) => editPart({ greeting: event.currentTarget.value })}
        />
      </SettingsSection>
      {saved.models.length > 1 && (
        <AgentModel
          model={shown.model}
          models={saved.models}
          refused={refused.has("model")}
          onChange={(model) => editPart({ model })}
        />
      )}
      <AgentSave
        saved={saved}
        changed={!isSame(shown, draftFrom(saved))}
        overtaken={overtaken}
        wrong={tooLong}
        change={{ ...change, error: refused.size > 0 ? null : change.error }}
        onDiscard={() => {
          change.reset();
          edit(null);
        }}
        onKeep={() => save(saved.version)}
      />
    </form>
  );
}

function draftFrom({ instructions, greeting, model, version }: AgentSettings): Draft {
  return { instructions, greeting, model, version };
}

/** Fields that the API found wrong. */
function refusedFields(error: Error | null): ReadonlySet<string> {
  const problem = error instanceof ApiError ? error.problem : null;
  return new Set(problem?.errors?.map(({ path }) => path) ?? []);
}
