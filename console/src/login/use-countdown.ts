"use client";
/** The time that a code has left, second by second; null without a code. */
import { useEffect, useState } from "react";
import { clockTime, secondsLeft, shareLeft } from "./countdown.ts";

export interface Countdown {
  seconds: number;
  /** What was left when this end was first known: the full ring. */
  total: number;
  share: number;
  time: string;
}

const TICK_MS = 1_000;

/** Our clock draws the ring and no more: that a code has ended is the API's to say. */
export function useCountdown(expiresAt: string | null): Countdown | null {
  const [now, setNow] = useState(() => new Date());
  const [full, setFull] = useState<{ expiresAt: string; total: number } | null>(null);
  useEffect(() => {
    if (expiresAt === null) return;
    setNow(new Date());
    const timer = setInterval(() => setNow(new Date()), TICK_MS);
    return () => clearInterval(timer);
  }, [expiresAt]);

  if (expiresAt === null) return null;
  const known =
    full?.expiresAt === expiresAt ? full : { expiresAt, total: secondsLeft(expiresAt, new Date()) };
  if (known !== full) setFull(known);
  const seconds = Math.min(secondsLeft(expiresAt, now), known.total);
  return {
    seconds,
    total: known.total,
    share: shareLeft(seconds, known.total),
    time: clockTime(seconds),
  };
}
