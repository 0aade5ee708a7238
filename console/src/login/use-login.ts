"use client";
/** A login by QR code in one dialog: asks for codes, follows what becomes of them, and remembers the last one drawn. */
import type { ChannelLogin, ChannelStatus } from "@cogni/contract";
import { useState } from "react";
import { type ConnectWish, useConnect } from "../channels/use-connect.ts";
import { loginPhase } from "./login-phase.ts";

export function useLogin(channel: ChannelStatus, seenAt: number) {
  const { attempt, connect } = useConnect(channel, seenAt);
  /** Stays when the code has ended, to be drawn greyed out. */
  const [code, setCode] = useState<ChannelLogin | null>(null);
  const [codeShown, setCodeShown] = useState(false);
  const phase = loginPhase({ channel, attempt, codeShown });

  // Kept during render, so that no frame is drawn without it.
  if (phase.kind === "offered" && (!codeShown || isOther(phase.login, code))) {
    setCode(phase.login);
    setCodeShown(true);
  }

  function start(wish: ConnectWish) {
    setCodeShown(false);
    connect(wish);
  }
  return { phase, code, start };
}

function isOther(login: ChannelLogin, code: ChannelLogin | null): boolean {
  return login.qr !== code?.qr || login.expiresAt !== code.expiresAt;
}
