"use client";
/** A tenant's API keys, and the dialogs in which one is made, replaced or ended. */
import type { ApiKey } from "@cogni/contract";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { ApiError } from "../api-call.ts";
import { Button } from "../parts/button.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import { Panel } from "../parts/panel.tsx";
import settings from "../settings/settings.module.css";
import { KeyList } from "./key-list.tsx";
import classes from "./keys-page.module.css";
import { KeysSkeleton } from "./keys-skeleton.tsx";
import { type KeyAction, useKeys } from "./use-keys.ts";

const CreateKeyDialog = dynamic(() => import("./create-key-dialog.tsx").then((it) => it.CreateKeyDialog), {
  ssr: false,
});
const ONE_KEY_DIALOGS = {
  rotate: dynamic(() => import("./rotate-key-dialog.tsx").then((it) => it.RotateKeyDialog), { ssr: false }),
  revoke: dynamic(() => import("./revoke-key-dialog.tsx").then((it) => it.RevokeKeyDialog), { ssr: false }),
};

/** About one key, or about a new one. */
interface OpenDialog {
  about: { of: ApiKey; action: KeyAction } | null;
  opened: boolean;
}

export function KeysPage() {
  const text = useTranslations("keys");
  const { data, error, refetch } = useKeys();
  const page = useRef<HTMLDivElement>(null);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const create = (
    <Button variant="filled" data-create onClick={() => setDialog({ about: null, opened: true })}>
      {text("create")}
    </Button>
  );

  /** Back to where the dialog was opened from, or to what is left of it. */
  function onClosed() {
    const find = (selector: string) => page.current?.querySelector<HTMLElement>(selector);
    const row = dialog?.about ? find(`[data-key="${dialog.about.of.id}"] button`) : null;
    (row ?? find("[data-create]"))?.focus();
    setDialog(null);
  }

  const shared = dialog && {
    opened: dialog.opened,
    onClose: () => setDialog({ ...dialog, opened: false }),
    onClosed,
  };
  const OneKeyDialog = dialog?.about && ONE_KEY_DIALOGS[dialog.about.action];
  return (
    <div ref={page}>
      <div className={classes.heading}>
        <h1>{text("title")}</h1>
        {data && data.keys.length > 0 && create}
      </div>
      <p className={settings.lead}>{text("lead")}</p>
      {data && data.keys.length > 0 ? (
        <KeyList keys={data.keys} open={(of, action) => setDialog({ about: { of, action }, opened: true })} />
      ) : data ? (
        <Panel level={2} title={text("empty.title")} text={text("empty.text")}>
          {create}
        </Panel>
      ) : error instanceof ApiError && error.status === 403 ? (
        <Panel level={2} title={text("forbidden.title")} text={text("forbidden.text")} />
      ) : error ? (
        <LoadFailure error={error} retry={() => void refetch()} skeleton={<KeysSkeleton />} />
      ) : (
        <KeysSkeleton />
      )}
      {shared && !dialog.about && <CreateKeyDialog {...shared} />}
      {shared && dialog.about && OneKeyDialog && <OneKeyDialog of={dialog.about.of} {...shared} />}
    </div>
  );
}
