"use client";
/** What a key may do: a few choices that most keys are, and each part by itself. */
import { KEY_SCOPES, type KeyScope } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useId } from "react";
import classes from "./scope-checklist.module.css";
import { PRESET_NAMES, PRESETS, presetOf } from "./scope-words.ts";

interface ScopeChecklistProps {
  value: readonly KeyScope[];
  onChange: (scopes: readonly KeyScope[]) => void;
  /** None is chosen, and one has to be. */
  missing: boolean;
}

export function ScopeChecklist({ value, onChange, missing }: ScopeChecklistProps) {
  const text = useTranslations("keys");
  const id = useId();
  const chosen = presetOf(value);
  // In the contract's order, in which the API tells them, too.
  const toggled = (scope: KeyScope) => KEY_SCOPES.filter((one) => value.includes(one) !== (one === scope));
  return (
    <fieldset className={classes.scopes} aria-describedby={missing ? `${id}-missing` : undefined}>
      <legend>{text("make.scopes")}</legend>
      <div className={classes.presets}>
        {PRESET_NAMES.map((preset) => (
          <button
            key={preset}
            type="button"
            aria-pressed={preset === chosen}
            onClick={() => onChange(PRESETS[preset])}
          >
            {text(`preset.${preset}`)}
          </button>
        ))}
      </div>
      <div className={classes.parts}>
        {KEY_SCOPES.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              name="scope"
              checked={value.includes(scope)}
              aria-describedby={`${id}-${scope}`}
              onChange={() => onChange(toggled(scope))}
            />
            <span>
              {text(`scope.${scope}.name`)}
              <span id={`${id}-${scope}`} className={classes.help}>
                {text(`scope.${scope}.help`)}
              </span>
            </span>
          </label>
        ))}
      </div>
      {missing && (
        <p id={`${id}-missing`} role="alert" className={classes.missing}>
          {text("make.scopesMissing")}
        </p>
      )}
    </fieldset>
  );
}
