"use client";
/** Connects a channel by QR code, from its risk to the tick, in one dialog. */
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import type { ChannelDialogProps } from "../channels/connect-dialog.tsx";
import { lacksAcceptance, type Terms, wishOf } from "../channels/connect-terms.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { LoginCode } from "./login-code.tsx";
import { LoginDone } from "./login-done.tsx";
import type { LoginPhase } from "./login-phase.ts";
import { LoginTerms } from "./login-terms.tsx";
import { useLogin } from "./use-login.ts";

export function LoginDialog({ channel, seenAt, opened, onClose, onClosed }: ChannelDialogProps) {
  const text = useTranslations("login");
  const { phase, code, start } = useLogin(channel, seenAt);
  const [terms, setTerms] = useState<Terms>({ access: channel.access, noticeAccepted: false });
  /** Who may write is asked once; whoever scans again keeps what they chose. */
  const [first] = useState(channel.state === "not_connected");
  const [settling, setSettling] = useState(phase.kind === "asking");

  function ask() {
    setSettling(false);
    const again = channel.state !== "not_connected";
    start({ ...wishOf(channel, terms, first), ...(again && { force: true }) });
  }
  const askAgain = () => (lacksAcceptance(channel, terms) ? setSettling(true) : ask());

  // With nothing to settle first, the code is all that the person came for.
  const { notice, byApproval } = channel.connect;
  const [atOnce, setAtOnce] = useState(settling && notice === null && !(first && byApproval));
  const started = useRef(false);
  useEffect(() => {
    if (!atOnce || started.current) return;
    started.current = true;
    ask();
  });
  if (atOnce && phase.kind !== "asking") setAtOnce(false);
  const shown: LoginPhase = atOnce ? { kind: "preparing" } : phase;

  return (
    <Dialog
      wide
      title={text("title", { label: channel.label })}
      opened={opened}
      onClose={onClose}
      onClosed={onClosed}
    >
      {shown.kind === "connected" ? (
        <LoginDone displayName={shown.displayName} onClose={onClose} />
      ) : shown.kind === "asking" || (settling && !atOnce && shown.kind !== "offered") ? (
        <LoginTerms
          channel={channel}
          terms={terms}
          setTerms={setTerms}
          asksAccess={first}
          onSubmit={ask}
          onCancel={onClose}
        />
      ) : (
        <LoginCode channel={channel} phase={shown} code={code} onAskAgain={askAgain} onClose={onClose} />
      )}
    </Dialog>
  );
}
