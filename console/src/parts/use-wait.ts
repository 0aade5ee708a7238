"use client";
/** The time until a request may be made again, second by second. */
import { useEffect, useState } from "react";
import { ApiError } from "../api-call.ts";
import { secondsToWait } from "./wait.ts";

const TICK_MS = 1_000;

export interface Wait {
  /** 0: it is over. */
  readonly seconds: number;
}

export function isHeld(wait: Wait | null): boolean {
  return wait !== null && wait.seconds > 0;
}

/** Null for a failure that is not one of asking too often. */
export function useWait(failure: Error | null): Wait | null {
  const limit = failure instanceof ApiError ? failure.limit : null;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (limit === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [limit]);
  // What was now when the failure came may be long ago.
  return limit && { seconds: secondsToWait(limit.retryAt, limit.retryAfterS, Math.max(now, limit.at)) };
}
