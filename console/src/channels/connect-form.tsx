"use client";
/** The fields that the gateway names for a channel. */
import type { ChannelStatus } from "@cogni/contract";
import { PasswordInput, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { useProblemWords } from "../parts/problem-words.ts";
import { RevealIcon } from "../parts/reveal-icon.tsx";
import { isHeld, useWait } from "../parts/use-wait.ts";
import { WaitNote } from "../parts/wait-note.tsx";
import { ConnectTerms, lacksAcceptance, NOTICE_FIELD, type Terms } from "./connect-terms.tsx";
import classes from "./dialog.module.css";
import { fieldErrors } from "./field-errors.ts";
import type { Failure } from "./progress.ts";

interface ConnectFormProps {
  channel: ChannelStatus;
  values: Record<string, string>;
  setValues: (values: Record<string, string>) => void;
  terms: Terms;
  setTerms: (terms: Terms) => void;
  asksAccess: boolean;
  /** How the last attempt ended; null before the first. */
  failure: Failure | null;
  submitLabel: string;
  onSubmit: () => void;
  onCancel: () => void;
}

export function ConnectForm(props: ConnectFormProps) {
  const { channel, values, setValues, terms, setTerms, asksAccess, failure, submitLabel } = props;
  const { connect } = channel;
  const text = useTranslations("connect");
  const input = useTranslations("input");
  const { said } = useProblemWords();
  const form = useRef<HTMLFormElement>(null);
  const [missing, setMissing] = useState<Record<string, string>>({});
  const [asked, setAsked] = useState(false);
  const [edited, setEdited] = useState<ReadonlySet<string>>(new Set());
  const refused = fieldErrors(failure, connect.fields, said);
  // A reason stands until the field is changed: what was refused is still what is typed there.
  const errorOf = (name: string) => missing[name] ?? (edited.has(name) ? undefined : refused[name]);
  const wait = useWait(failure?.kind === "refused" ? failure.error : null);
  const elsewhere = failure && Object.keys(refused).length === 0;

  // The form is drawn anew after each attempt, so this is where the focus lands then.
  const focused = Object.keys(refused)[0] ?? connect.fields[0]?.name;

  function submit(event: FormEvent) {
    event.preventDefault();
    const empty = connect.fields.filter((field) => field.required && !values[field.name]?.trim());
    setMissing(Object.fromEntries(empty.map(({ name, label }) => [name, text("required", { label })])));
    setAsked(true);
    const first = empty[0]?.name ?? (lacksAcceptance(channel, terms) ? NOTICE_FIELD : null);
    if (first) form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    else props.onSubmit();
  }

  return (
    <form ref={form} className={classes.body} method="post" onSubmit={submit} autoComplete="off" noValidate>
      <div role="alert">
        {elsewhere && <ProblemNote failure={failure.kind === "failed" ? failure.problem : failure.error} />}
      </div>
      {connect.fields.map((field) => {
        const Input = field.secret ? PasswordInput : TextInput;
        return (
          <Input
            key={field.name}
            name={field.name}
            label={field.required ? field.label : text("optional", { label: field.label })}
            description={field.help}
            placeholder={field.placeholder ?? ""}
            value={values[field.name] ?? ""}
            error={errorOf(field.name)}
            onChange={(event) => {
              setValues({ ...values, [field.name]: event.currentTarget.value });
              setEdited(new Set([...edited, field.name]));
              setMissing({});
            }}
            data-autofocus={field.name === focused || undefined}
            autoFocus={field.name === focused}
            {...NO_AUTOFILL}
            {...(field.secret && {
              visibilityToggleIcon: RevealIcon,
              visibilityToggleButtonProps: {
                tabIndex: 0,
                "aria-label": input("reveal", { label: field.label }),
              },
            })}
          />
        );
      })}
      {connect.docsUrl && <OutsideLink href={connect.docsUrl}>{text("docs")}</OutsideLink>}
      <ConnectTerms
        channel={channel}
        terms={terms}
        setTerms={setTerms}
        missing={asked && lacksAcceptance(channel, terms)}
        asksAccess={asksAccess}
      />
      <div className={classes.buttons}>
        <WaitNote wait={wait} />
        <Button onClick={props.onCancel}>{text("cancel")}</Button>
        <Button type="submit" variant="filled" held={isHeld(wait)}>
          {submitLabel}
        </Button>
      </div>
    </form>
  );
}

/** A bot's token is nobody's password: browsers and password managers are asked to leave it alone. */
const NO_AUTOFILL = {
  autoComplete: "off",
  autoCapitalize: "none",
  autoCorrect: "off",
  spellCheck: false,
  "data-1p-ignore": true,
  "data-lpignore": "true",
} as const;
