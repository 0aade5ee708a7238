"use client";
/** In place of what did not load: why, and a retry. */
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ApiError } from "../api-call.ts";
import { Panel } from "./panel.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { useProblemWords } from "./problem-words.ts";

interface LoadFailureProps {
  error: Error;
  retry: () => void;
  /** Drawn while the sign-in page is on its way. */
  skeleton: ReactNode;
}

export function LoadFailure({ error, retry, skeleton }: LoadFailureProps) {
  const text = useTranslations("failure");
  const { title } = useProblemWords();
  if (error instanceof ApiError && error.status === 401) return skeleton;
  const problem = error instanceof ApiError ? error.problem : null;
  return (
    <Panel level={2} alert title={problem ? title(problem.code, problem.title) : text("title")}>
      <ProblemNote failure={error} onAction={{ retry }} />
    </Panel>
  );
}
