"use client";
/** Where a connect link leads: someone without an account connects the channels that they were asked to. */
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { CardSkeletons } from "../channels/card-skeletons.tsx";
import { Panel } from "../parts/panel.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { ConnectFrame } from "./connect-frame.tsx";
import { EndedLink } from "./ended-link.tsx";
import { useFragmentToken } from "./fragment-token.ts";
import { OpenedLink } from "./opened-link.tsx";

/** A token of any other form opens nothing. */
const TOKEN = /^[\w-]{43}$/;

export function ConnectPage({ id }: { id: string }) {
  const text = useTranslations("connectLink");
  const token = useFragmentToken();
  const link = useQuery({
    queryKey: ["connect-link", id, token],
    queryFn: () => api.openConnectLink({ id, token: token ?? "" }),
    enabled: typeof token === "string" && TOKEN.test(token),
    // Once is all that it can be opened.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  if (link.data) return <OpenedLink key={link.data.bearer} link={link.data} />;
  if (token === null) {
    return (
      <ConnectFrame brand={null}>
        <Panel title={text("reloaded.title")} text={text("reloaded.text")} />
      </ConnectFrame>
    );
  }
  if (token !== undefined && (!TOKEN.test(token) || hasEnded(link.error))) return <EndedLink />;
  return (
    <ConnectFrame brand={null}>
      {link.error ? (
        <Panel title={text("failed")} alert>
          <ProblemNote failure={link.error} onAction={{ retry: () => void link.refetch() }} />
        </Panel>
      ) : (
        <>
          <h1>{text("opening")}</h1>
          <CardSkeletons />
        </>
      )}
    </ConnectFrame>
  );
}

/** The link could not be opened, for good; an id in another form is one that no link has. */
function hasEnded(error: Error | null): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status === 410 || error.problem?.code === "invalid_request";
}
