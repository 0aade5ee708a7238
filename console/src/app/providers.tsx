"use client";
/** What components share in the browser: the CSP's nonce, and the one cache of what the API answered. */
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { ApiError } from "../api-call.ts";
import { isDoor, signInPath } from "../session/return-path.ts";
import { TENANTS_KEY } from "../tenants/use-tenants.ts";
import { NonceContext } from "../theme/nonce.ts";

export function Providers({ nonce, children }: { nonce: string; children: ReactNode }) {
  const router = useRouter();
  // The policy of the document stays what it was when the page's texts are fetched anew, under a policy of their own.
  const [documentNonce] = useState(nonce);
  const [client] = useState(() => {
    // Whichever request learns first that the session is over: one way back, to where the person was.
    const onError = (error: Error) => {
      if (!(error instanceof ApiError)) return;
      // The page is to say so, and not each of its parts.
      if (error.problem?.code === "tenant_suspended")
        void client.invalidateQueries({ queryKey: TENANTS_KEY });
      if (error.status !== 401) return;
      const { pathname, search } = window.location;
      if (!isDoor(pathname)) router.replace(signInPath(pathname + search));
    };
    const client = new QueryClient({
      queryCache: new QueryCache({ onError }),
      mutationCache: new MutationCache({ onError }),
      defaultOptions: {
        // "always": whether we are offline is what a request finds out; a browser without internet still reaches loopback.
        queries: { networkMode: "always", retry: false },
        mutations: { networkMode: "always" },
      },
    });
    return client;
  });
  return (
    <NonceContext value={documentNonce}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </NonceContext>
  );
}
