"use client";
/** Enters money into a tenant's ledger: a credit, a top-up, or a correction, which alone may take away. */
import type { CreditRequest } from "@cogni/contract";
import { TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { newKey } from "../api-call.ts";
import dialog from "../channels/dialog.module.css";
import { useMoneyWords } from "../parts/amount.tsx";
import { Choices } from "../parts/choices.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { USAGE_KEY } from "./keys.ts";
import type { TenantUsage } from "./usage-page.tsx";

const KINDS = ["top_up", "credit", "correction"] as const satisfies readonly CreditRequest["kind"][];

interface CreditDialogProps {
  of: TenantUsage;
  onClosed: () => void;
}

export function CreditDialog({ of: { billingAccountId, name, balance }, onClosed }: CreditDialogProps) {
  const text = useTranslations("operator.usage.credit");
  const cache = useQueryClient();
  const { money, exact, parse } = useMoneyWords();
  const [opened, setOpened] = useState(true);
  // One for all that is sent from here: an entry whose answer was lost is not made again.
  const [key] = useState(newKey);
  const [kind, setKind] = useState<CreditRequest["kind"]>("top_up");
  const [typed, setTyped] = useState("");
  const [note, setNote] = useState("");
  const [asked, setAsked] = useState(false);
  const amount = parse(typed);
  const valid = amount !== null && amount !== "0" && (kind === "correction" || !amount.startsWith("-"));
  const add = useMutation({
    mutationFn: api.addCredit,
    onSuccess: () => {
      setOpened(false);
      return cache.invalidateQueries({ queryKey: USAGE_KEY });
    },
  });

  function submit() {
    setAsked(true);
    if (valid && !add.isPending) add.mutate({ key, billingAccountId, kind, amount, note: note.trim() });
  }

  return (
    <Dialog
      title={text("title", { name })}
      opened={opened}
      onClose={() => setOpened(false)}
      onClosed={onClosed}
    >
      <DialogForm
        submit={text("submit")}
        onSubmit={submit}
        onCancel={() => setOpened(false)}
        busy={add.isPending || add.isSuccess}
        error={add.error}
      >
        <Choices
          legend={text("kind")}
          options={KINDS.map((value) => ({ value, text: text(`kinds.${value}`) }))}
          value={kind}
          onChange={setKind}
          note={kind === "correction" ? text("correctionNote") : null}
        />
        <TextInput
          name="amount"
          label={text("amount")}
          inputMode="decimal"
          value={typed}
          maxLength={24}
          autoComplete="off"
          data-autofocus
          error={asked && !valid && text(kind === "correction" ? "correctionRule" : "amountRule")}
          onChange={(event) => {
            add.reset();
            setTyped(event.currentTarget.value);
          }}
        />
        <TextInput
          name="note"
          label={text("note")}
          description={text("noteHelp")}
          value={note}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <p className={dialog.quiet} role="status">
          {valid
            ? text("after", { balance: exact(String(BigInt(balance) + BigInt(amount))) })
            : text("before", { balance: money(balance) })}
        </p>
      </DialogForm>
    </Dialog>
  );
}
