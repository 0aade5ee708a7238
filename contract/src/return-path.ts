/** Where an address asks to be led back to. By itself, for pages that check it without loading the schemas. */

/** The path, query and fragment of a place on this very origin; null for anything that would leave it, however it was tampered with. */
export function pathOfOurOwn(wanted: string | null | undefined): string | null {
  // Browsers read "\" as "/" and drop tabs and newlines, so "/\evil" and "/<tab>/evil" would both leave.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
  if (!wanted?.startsWith("/") || /[\\\u0000-\u0020]/.test(wanted)) return null;
  const origin = "http://here.invalid";
  if (!URL.canParse(wanted, origin)) return null;
  const url = new URL(wanted, origin);
  // "/x/..//evil" stays here as it is read, but resolves to "//evil", which would leave when it is read again.
  if (url.origin !== origin || url.pathname.startsWith("//")) return null;
  return url.pathname + url.search + url.hash;
}
