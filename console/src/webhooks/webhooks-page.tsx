"use client";
/** A tenant's webhook endpoints with how each fares, the dialogs about them, and below the log of what was sent. */
import type { WebhookEndpoint } from "@cogni/contract";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { ApiError } from "../api-call.ts";
import keysPage from "../keys/keys-page.module.css";
import { Button } from "../parts/button.tsx";
import { DataTable } from "../parts/data-table.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import { Panel } from "../parts/panel.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import settings from "../settings/settings.module.css";
import { DeliveryLog } from "./delivery-log.tsx";
import { useEndpointActs, useEndpointColumns } from "./endpoint-columns.tsx";
import { type EndpointAction, useWebhooks } from "./use-webhooks.ts";
import classes from "./webhooks.module.css";

const dialogs = {
  create: dynamic(() => import("./endpoint-dialog.tsx").then((it) => it.CreateEndpointDialog), {
    ssr: false,
  }),
  change: dynamic(() => import("./endpoint-dialog.tsx").then((it) => it.ChangeEndpointDialog), {
    ssr: false,
  }),
  rotate: dynamic(() => import("./rotate-secret-dialog.tsx").then((it) => it.RotateSecretDialog), {
    ssr: false,
  }),
  delete: dynamic(() => import("./delete-endpoint-dialog.tsx").then((it) => it.DeleteEndpointDialog), {
    ssr: false,
  }),
};

/** About one endpoint, or about a new one. */
interface OpenDialog {
  about: { of: WebhookEndpoint; action: EndpointAction } | null;
  opened: boolean;
}

export function WebhooksPage() {
  const text = useTranslations("webhooks");
  const { data, error, refetch } = useWebhooks();
  const page = useRef<HTMLDivElement>(null);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const acts = useEndpointActs((of, action) => setDialog({ about: { of, action }, opened: true }));
  const columns = useEndpointColumns(acts);
  const create = (
    <Button variant="filled" data-create onClick={() => setDialog({ about: null, opened: true })}>
      {text("create")}
    </Button>
  );
  const table = (
    <DataTable label={text("endpoints")} columns={columns} rows={data?.endpoints} keyOf={({ id }) => id} />
  );

  /** Back to where the dialog was opened from, or to what is left of it. */
  function onClosed() {
    const find = (selector: string) => page.current?.querySelector<HTMLElement>(selector);
    const menu = dialog?.about ? find(`[data-endpoint="${dialog.about.of.id}"] button`) : null;
    (menu ?? find("[data-create]"))?.focus();
    setDialog(null);
  }

  function body() {
    if (error && !data) {
      if (error instanceof ApiError && error.status === 403)
        return <Panel level={2} title={text("forbidden.title")} text={text("forbidden.text")} />;
      return <LoadFailure error={error} retry={() => void refetch()} skeleton={table} />;
    }
    if (data?.endpoints.length === 0) {
      return (
        <Panel level={2} title={text("empty.title")} text={text("empty.text")}>
          {create}
        </Panel>
      );
    }
    return table;
  }

  const shared = dialog && {
    opened: dialog.opened,
    onClose: () => setDialog({ ...dialog, opened: false }),
    onClosed,
  };
  const OneDialog = dialog?.about && dialogs[dialog.about.action];
  return (
    <div ref={page}>
      <div className={keysPage.heading}>
        <h1>{text("title")}</h1>
        {data && data.endpoints.length > 0 && create}
      </div>
      <p className={settings.lead}>{text("lead")}</p>
      <div role="alert">{acts.error && <ProblemNote failure={acts.error} />}</div>
      <p role="status" className={acts.said === null ? "unseen" : classes.said}>
        {acts.said}
      </p>
      <div className={classes.endpoints}>{body()}</div>
      {data && data.endpoints.length > 0 && <DeliveryLog endpoints={data.endpoints} />}
      {shared && !dialog.about && <dialogs.create {...shared} />}
      {shared && dialog.about && OneDialog && <OneDialog of={dialog.about.of} {...shared} />}
    </div>
  );
}
