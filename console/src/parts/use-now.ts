"use client";
/** The time, anew every ten seconds: the finest step a relative time is drawn in. */
import { useEffect, useState } from "react";

const STEP_MS = 10_000;

export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
