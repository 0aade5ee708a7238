"use client";
/** What an endpoint is told: each type of event by itself. */
import type { WebhookEventType } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useId } from "react";
import classes from "../keys/scope-checklist.module.css";
import { key } from "./endpoint-columns.tsx";
import { EVENT_TYPES } from "./use-log-filters.ts";

interface TypeChecklistProps {
  value: readonly WebhookEventType[];
  onChange: (types: readonly WebhookEventType[]) => void;
  /** None is chosen, and one has to be. */
  missing: boolean;
}

export function TypeChecklist({ value, onChange, missing }: TypeChecklistProps) {
  const text = useTranslations("webhooks");
  const id = useId();
  return (
    <fieldset className={classes.scopes} aria-describedby={missing ? `${id}-missing` : undefined}>
      <legend>{text("make.types")}</legend>
      <div className={classes.parts}>
        {EVENT_TYPES.map((type) => (
          <label key={type}>
            <input
              type="checkbox"
              name="type"
              checked={value.includes(type)}
              aria-describedby={`${id}-${type}`}
              onChange={() => onChange(EVENT_TYPES.filter((one) => value.includes(one) !== (one === type)))}
            />
            <span>
              {text(`type.${key(type)}.name`)}
              <span id={`${id}-${type}`} className={classes.help}>
                {text(`type.${key(type)}.help`)}
              </span>
            </span>
          </label>
        ))}
      </div>
      {missing && (
        <p id={`${id}-missing`} role="alert" className={classes.missing}>
          {text("make.typesMissing")}
        </p>
      )}
    </fieldset>
  );
}
