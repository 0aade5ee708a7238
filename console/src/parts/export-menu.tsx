"use client";
/** Saves what is shown, all of it, as a file of the chosen form. */
import { IconChevronDown } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import type { SavedFile } from "../api-call.ts";
import classes from "./export-menu.module.css";
import { Menu } from "./menu.tsx";
import { ProblemNote } from "./problem-note.tsx";

interface ExportMenuProps<Form extends string> {
  label: string;
  /** On the button, and while a file is on its way. */
  open: string;
  busy: string;
  forms: readonly { name: Form; text: string }[];
  /** Throws `ApiError`. */
  fetch: (form: Form) => Promise<SavedFile>;
}

export function ExportMenu<Form extends string>({ label, open, busy, forms, fetch }: ExportMenuProps<Form>) {
  const save = useMutation({
    mutationFn: async (form: Form) => {
      const { blob, name } = await fetch(form);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      // Its address is read when the click has been dealt with.
      setTimeout(() => URL.revokeObjectURL(link.href));
    },
  });
  return (
    <div className={classes.export} aria-busy={save.isPending}>
      <Menu
        label={label}
        className={classes.button}
        items={forms.map(({ name, text }) => ({ name, text, onSelect: () => save.mutate(name) }))}
      >
        {save.isPending ? busy : open}
        <IconChevronDown size={14} stroke={1.75} aria-hidden="true" />
      </Menu>
      {save.error && (
        <div role="alert">
          <ProblemNote failure={save.error} />
        </div>
      )}
    </div>
  );
}
