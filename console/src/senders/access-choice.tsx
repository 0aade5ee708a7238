"use client";
/** Who may write to a channel, as the two choices there are. */
import { type Access, accessSchema } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useId } from "react";
import classes from "../parts/choice.module.css";

interface AccessChoiceProps {
  value: Access;
  onChange: (access: Access) => void;
  /** The question stands above already. */
  titled?: boolean;
}

export function AccessChoice({ value, onChange, titled = false }: AccessChoiceProps) {
  const text = useTranslations("access");
  const id = useId();
  return (
    <fieldset className={classes.choice}>
      <legend className={titled ? "unseen" : undefined}>{text("legend")}</legend>
      {accessSchema.options.map((access) => (
        <label key={access}>
          <input
            type="radio"
            name={id}
            value={access}
            checked={access === value}
            data-autofocus={(titled && access === value) || undefined}
            aria-describedby={`${id}-${access}`}
            onChange={() => onChange(access)}
          />
          <span>
            {text(`${access}.name`)}
            <span id={`${id}-${access}`} className={classes.help}>
              {text(`${access}.help`)}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
