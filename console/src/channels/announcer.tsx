"use client";
/** Tells a screen reader what the dots show: each change of a channel's state, and who came to wait. */
import type { ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { useProblemWords } from "../parts/problem-words.ts";
import { changedStates, moreSenders } from "./order.ts";

export function Announcer({ channels = [] }: { channels: readonly ChannelStatus[] | undefined }) {
  const text = useTranslations("channels");
  const states = useTranslations("state");
  const { said: problemSaid } = useProblemWords();
  const before = useRef<readonly ChannelStatus[]>([]);
  const [said, setSaid] = useState("");

  useEffect(() => {
    const changed = changedStates(before.current, channels);
    const awaited = moreSenders(before.current, channels);
    before.current = channels;
    if (changed.length + awaited.length === 0) return;
    const sentences = changed.map(({ label, state, displayName, problem }) => {
      const values = { label, state: states(state) };
      const news = displayName
        ? text("announceNamed", { ...values, name: displayName })
        : text("announce", values);
      return problem ? text("announceProblem", { news, problem: problemSaid(problem) }) : news;
    });
    const calls = awaited.map(({ label, pendingSenders: count }) => text("announceSender", { label, count }));
    setSaid([...sentences, ...calls].reduce((said, next) => text("announceNext", { said, next })));
  }, [channels, text, states, problemSaid]);

  return (
    <div className="unseen" aria-live="polite">
      {said}
    </div>
  );
}
