/** How the page that embeds this one, or led here, learns what became of it: docs/connect-links.md promises both forms. */

export type ConnectEvent = { event: "connected"; channel: string } | { event: "closed" };

export const isEmbedded = (): boolean => window.parent !== window;

/** Tells the embedding page, by its exact origin: a page of any other is told nothing. */
export function tellParent(message: ConnectEvent, allowedOrigins: readonly string[]): void {
  if (!isEmbedded()) return;
  for (const origin of parentsAmong(allowedOrigins)) {
    window.parent.postMessage({ type: "cogni.connect", ...message }, origin);
  }
}

/** Which of them the embedding page is; all of them where the browser does not say: it delivers to no other than that one. */
function parentsAmong(allowedOrigins: readonly string[]): readonly string[] {
  // Firefox has no `ancestorOrigins`, and a page may keep its address to itself.
  const { ancestorOrigins } = window.location;
  const parent = ancestorOrigins?.[0] ?? (document.referrer ? new URL(document.referrer).origin : null);
  return parent === null ? allowedOrigins : allowedOrigins.filter((origin) => origin === parent);
}

/** The return address with what became of the visit in its query. */
export function returnAddress(returnUrl: string, connected: readonly string[]): string {
  const url = new URL(returnUrl);
  url.searchParams.set("state", connected.length > 0 ? "connected" : "closed");
  url.searchParams.delete("channel");
  for (const channel of connected) url.searchParams.append("channel", channel);
  return url.href;
}
