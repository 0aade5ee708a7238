"use client";
/** Copies a value, and says so in place. Drawn in the browser only. */
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import classes from "./copy-button.module.css";

const THANKS_MS = 1500;

export function CopyButton({ value, label }: { value: string; label: string }) {
  const text = useTranslations("problem");
  const [copied, setCopied] = useState(false);
  // Browsers keep the clipboard from plain http: the value is still there to be selected.
  if (!globalThis.isSecureContext) return null;
  const Icon = copied ? IconCheck : IconCopy;

  async function copy() {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), THANKS_MS);
  }

  return (
    <>
      <button type="button" className={classes.button} aria-label={label} onClick={copy}>
        <Icon size={14} stroke={1.75} aria-hidden="true" />
      </button>
      <span className="unseen" role="status">
        {copied && text("copied")}
      </span>
    </>
  );
}
