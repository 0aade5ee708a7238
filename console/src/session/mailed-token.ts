"use client";
/** The token of a mailed link, which stands in the address's fragment: no server, log or referrer ever sees it. */
import { useEffect, useState } from "react";

/** Undefined until the page is in the browser, null for an address without one. It is taken out of the address at once. */
export function useMailedToken(): string | null | undefined {
  const [token, setToken] = useState<string | null>();
  useEffect(() => {
    function take() {
      const found = new URLSearchParams(window.location.hash.slice(1)).get("token");
      setToken((known) => found ?? known ?? null);
      if (found) window.history.replaceState(null, "", window.location.pathname);
    }
    take();
    // The link opened again where the page is open already loads nothing anew.
    window.addEventListener("hashchange", take);
    return () => window.removeEventListener("hashchange", take);
  }, []);
  return token;
}
