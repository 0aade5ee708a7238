"use client";
/** Name, colour and sites, in one form: the API takes all of them at once. */
import type { ConnectLinkSettings } from "@cogni/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { inkOn } from "../connect/brand.ts";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TextField } from "../parts/text-field.tsx";
import { useTenant } from "../tenants/tenant-scope.tsx";
import classes from "./links.module.css";
import { linkSettingsKey } from "./use-links.ts";

interface LinkSettingsProps {
  present: ConnectLinkSettings;
  /** The tenant's name, which the page carries without one of its own. */
  fallback: string;
}

const COLOR = /^#[0-9a-f]{6}$/i;
/** What the picker shows where no colour is set: it can't be empty. */
const OURS = "#18181b";

export function LinkSettings({ present, fallback }: LinkSettingsProps) {
  const text = useTranslations("links");
  const cache = useQueryClient();
  const tenant = useTenant();
  const id = useId();
  const [name, setName] = useState(present.name ?? "");
  const [color, setColor] = useState(present.color ?? "");
  const [origins, setOrigins] = useState(present.allowedOrigins.join("\n"));
  const lines = origins.split(/\s+/).filter((line) => line !== "");
  const save = useMutation({
    mutationFn: api.setConnectLinkSettings,
    onSuccess: (saved) => {
      setName(saved.name ?? "");
      setColor(saved.color ?? "");
      setOrigins(saved.allowedOrigins.join("\n"));
      cache.setQueryData(linkSettingsKey(tenant), saved);
    },
  });
  const wrong = wrongFields(save.error);
  const wrongLine = wrong.find((path) => path.startsWith("allowedOrigins"));
  const refusedOrigin = lines[Number(wrongLine?.split(".")[1] ?? Number.NaN)];
  const shown = COLOR.test(color) ? color : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({
      name: name.trim() === "" ? null : name,
      color: color.trim() === "" ? null : color.trim(),
      allowedOrigins: lines,
    });
  }
  const edit = (set: (value: string) => void) => (event: { currentTarget: { value: string } }) => {
    save.reset();
    set(event.currentTarget.value);
  };

  return (
    <form className={classes.form} method="post" onSubmit={submit} noValidate>
      <div>
        <p className={classes.label} aria-hidden="true">
          {text("name")}
        </p>
        <TextField
          unseenLabel
          name="name"
          label={text("name")}
          value={name}
          maxLength={80}
          placeholder={fallback}
          autoComplete="off"
          error={wrong.includes("name") ? text("nameRule") : null}
          onChange={edit(setName)}
        />
      </div>
      <div>
        <p className={classes.label} aria-hidden="true">
          {text("color")}
        </p>
        <div className={classes.color}>
          <input
            type="color"
            aria-label={text("pick")}
            value={(shown ?? OURS).toLowerCase()}
            onChange={edit(setColor)}
          />
          <TextField
            unseenLabel
            name="color"
            label={text("color")}
            value={color}
            maxLength={7}
            placeholder={OURS}
            autoComplete="off"
            spellCheck={false}
            error={wrong.includes("color") ? text("colorRule") : null}
            onChange={edit(setColor)}
          />
          <span
            className={classes.preview}
            style={shown === null ? undefined : { background: shown, color: inkOn(shown) }}
          >
            {name.trim() || fallback}
          </span>
        </div>
      </div>
      <div>
        <label className={classes.label} htmlFor={id}>
          {text("origins")}
        </label>
        <textarea
          id={id}
          name="origins"
          className={classes.origins}
          rows={3}
          value={origins}
          placeholder="https://shop.example"
          spellCheck={false}
          aria-invalid={wrongLine !== undefined}
          aria-describedby={`${id}-help`}
          onChange={edit(setOrigins)}
        />
        <p id={`${id}-help`} className={wrongLine === undefined ? classes.hint : classes.wrong}>
          {wrongLine === undefined
            ? text("originsHelp")
            : refusedOrigin
              ? text("originRule", { origin: refusedOrigin })
              : text("originsRule")}
        </p>
      </div>
      <div className={classes.save}>
        <Button type="submit" variant="filled" busy={save.isPending}>
          {text("save")}
        </Button>
        <span role="status">{save.isSuccess && text("saved")}</span>
      </div>
      <div role="alert">{save.error && wrong.length === 0 && <ProblemNote failure={save.error} />}</div>
    </form>
  );
}

/** The paths that the API found wanting. */
function wrongFields(error: Error | null): string[] {
  const errors = error instanceof ApiError ? error.problem?.errors : undefined;
  return errors?.map(({ path }) => path) ?? [];
}
