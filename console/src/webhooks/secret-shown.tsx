"use client";
/** A fresh secret, this once, and a few lines that show how a receiver verifies with it. */
import { useTranslations } from "next-intl";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { ShownOnce } from "../parts/shown-once.tsx";
import classes from "./webhooks.module.css";

const SAMPLE = `import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
// The body as it came, byte for byte; throws for what is not ours.
const message = webhook.verify(body, headers);`;

export function SecretShown({ secret, onDone }: { secret: string; onDone: () => void }) {
  const text = useTranslations("webhooks.shown");
  return (
    <div className={dialog.body}>
      <p role="status">{text.rich("lead", { strong: (chunks) => <strong>{chunks}</strong> })}</p>
      <ShownOnce label={text("secret")} value={secret} copy={text("copySecret")} />
      <div>
        <p className={classes.soft}>{text("verify")}</p>
        <div className={classes.code}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard has to get there */}
          <pre tabIndex={0}>{SAMPLE}</pre>
        </div>
      </div>
      <div className={dialog.buttons}>
        <Button variant="filled" autoFocus onClick={onDone}>
          {text("done")}
        </Button>
      </div>
    </div>
  );
}
