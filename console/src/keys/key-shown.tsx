"use client";
/** A fresh key, this once, and a line that shows how it is used. */
import type { CreatedKey, KeyScope } from "@cogni/contract";
import { useTranslations } from "next-intl";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { ShownOnce } from "../parts/shown-once.tsx";

/** What a key may read first; one that may read nothing has nothing to try. */
const FIRST_READS: readonly (readonly [KeyScope, string])[] = [
  ["account:read", "/api/v1/me"],
  ["channels:read", "/api/v1/channels/status"],
  ["members:read", "/api/v1/members"],
  ["keys:read", "/api/v1/keys"],
];

export function KeyShown({ made, onDone }: { made: CreatedKey; onDone: () => void }) {
  const text = useTranslations("keys.shown");
  const path = FIRST_READS.find(([scope]) => made.scopes.includes(scope))?.[1];
  const line = path && `curl -H 'Authorization: Bearer ${made.key}' ${window.location.origin}${path}`;
  return (
    <div className={dialog.body}>
      <p role="status">
        {text.rich("lead", { name: made.name, strong: (chunks) => <strong>{chunks}</strong> })}
      </p>
      <ShownOnce label={text("key")} value={made.key} copy={text("copyKey")} />
      {line && <ShownOnce label={text("try")} value={line} copy={text("copyLine")} />}
      <div className={dialog.buttons}>
        <Button variant="filled" autoFocus onClick={onDone}>
          {text("done")}
        </Button>
      </div>
    </div>
  );
}
