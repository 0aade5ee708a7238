"use client";
/** The token of a mailed link, which stands in the address's fragment: no server, log or referrer ever sees it. */
import { useEffect, useState } from "react";

/** Undefined until the page is in the browser, null for an address without one. It is taken out of the address at once. */
export function useMailedToken(): string | null | undefined {
  const [token, setToken] = useState<string | null>();
  useEffect(() => {
    const found = new URLSearchParams(window.location.hash.slice(1)).get("token");
    // Run twice in development: what was found stays.
    setToken((known) => found ?? known ?? null);
    if (found) window.history.replaceState(null, "", window.location.pathname);
  }, []);
  return token;
}
