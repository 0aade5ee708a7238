"use client";
/** The code, how long it is good for, and what to tap on the phone; or what became of it. */
import type { ChannelLogin, ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { isHeld, useWait, type Wait } from "../parts/use-wait.ts";
import { WaitNote } from "../parts/wait-note.tsx";
import { isWarned } from "./countdown.ts";
import { CountdownRing } from "./countdown-ring.tsx";
import classes from "./login.module.css";
import type { LoginPhase } from "./login-phase.ts";
import { QrImage } from "./qr-image.tsx";
import { useCountdown } from "./use-countdown.ts";

interface LoginCodeProps {
  channel: ChannelStatus;
  phase: Exclude<LoginPhase, { kind: "asking" | "connected" }>;
  /** The last code that was drawn. */
  code: ChannelLogin | null;
  onAskAgain: () => void;
  onClose: () => void;
}

export function LoginCode({ channel, phase, code, onAskAgain, onClose }: LoginCodeProps) {
  const text = useTranslations("login");
  const { label, connect } = channel;
  const { kind } = phase;
  const error = "error" in phase ? phase.error : null;
  const wait = useWait(error);
  const failure = phase.kind === "ended" ? phase.problem : error;
  const countdown = useCountdown(phase.kind === "offered" ? phase.login.expiresAt : null);
  // A fresh code helps against all but a gateway that is away: that is waited for.
  const again = kind === "refused" || (phase.kind === "ended" && phase.problem.action !== "wait");
  const steps = connect.scanSteps.length > 0 ? connect.scanSteps : [text("step", { label })];
  if (failure && !code) {
    return (
      <div className={dialog.body}>
        <div role="alert">
          <ProblemNote failure={failure} />
        </div>
        <Buttons wait={wait} onAskAgain={again ? onAskAgain : undefined} onClose={onClose} />
      </div>
    );
  }
  return (
    <div className={dialog.body}>
      <div className={classes.offer}>
        <div>
          <QrImage
            qr={code?.qr ?? null}
            alt={text("alt", { label })}
            dimmed={kind !== "offered"}
            busy={kind === "preparing" || kind === "finishing"}
          />
          <p className={classes.caption}>
            {countdown && kind === "offered" ? (
              <>
                <CountdownRing share={countdown.share} />
                <span role="timer" aria-live="off">
                  {text("validFor", { time: countdown.time })}
                </span>
              </>
            ) : kind === "preparing" || kind === "finishing" ? (
              text(kind)
            ) : (
              code && text("over")
            )}
          </p>
        </div>
        {failure ? (
          <div className={classes.side} role="alert">
            <ProblemNote failure={failure} />
          </div>
        ) : (
          <ol className={classes.side}>
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        )}
      </div>
      <div className="unseen" role="status">
        {kind === "offered"
          ? text(countdown && isWarned(countdown.seconds, countdown.total) ? "announceSoon" : "announce", {
              label,
            })
          : (kind === "preparing" || kind === "finishing") && text(kind)}
      </div>
      <Buttons wait={wait} onAskAgain={again ? onAskAgain : undefined} onClose={onClose} />
    </div>
  );
}

interface ButtonsProps {
  wait: Wait | null;
  onAskAgain: (() => void) | undefined;
  onClose: () => void;
}

function Buttons({ wait, onAskAgain, onClose }: ButtonsProps) {
  const text = useTranslations("login");
  return (
    // Another row when there is more to press: a button that stayed would be seen to move.
    <div key={onAskAgain ? "again" : "close"} className={dialog.buttons}>
      <WaitNote wait={wait} />
      <Button autoFocus={!onAskAgain} onClick={onClose}>
        {text("close")}
      </Button>
      {onAskAgain && (
        <Button autoFocus variant="filled" held={isHeld(wait)} onClick={onAskAgain}>
          {text("again")}
        </Button>
      )}
    </div>
  );
}
