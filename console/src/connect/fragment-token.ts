"use client";
/** The token of a connect link: the whole of the address's fragment, which no server, log or referrer ever sees. */
import { useEffect, useState } from "react";

/** Undefined until the page is in the browser, null for an address without one. It is taken out of the address at once. */
export function useFragmentToken(): string | null | undefined {
  const [token, setToken] = useState<string | null>();
  useEffect(() => {
    function take() {
      const found = window.location.hash.slice(1);
      setToken((known) => found || known || null);
      if (found) window.history.replaceState(null, "", window.location.pathname);
    }
    take();
    // Another link to the same page, opened where this one is open already, loads nothing anew.
    window.addEventListener("hashchange", take);
    return () => window.removeEventListener("hashchange", take);
  }, []);
  return token;
}
