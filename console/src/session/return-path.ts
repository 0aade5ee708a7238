/** Where to go after signing in: only ever a page of our own, however the address was tampered with. */

export const HOME = "/channels";
const SIGN_IN = "/sign-in";

/** The path to return to; `HOME` for anything that would leave this origin or come back to the sign-in page. */
export function safeReturnPath(wanted: string | null | undefined): string {
  // Browsers read "\" as "/" and drop tabs and newlines, so "/\evil" and "/<tab>/evil" would both leave.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
  if (!wanted?.startsWith("/") || /[\\\u0000-\u0020]/.test(wanted)) return HOME;
  const origin = "http://here.invalid";
  if (!URL.canParse(wanted, origin)) return HOME;
  const url = new URL(wanted, origin);
  // "/x/..//evil" stays here as it is read, but resolves to "//evil", which would leave when it is read again.
  const leaves = url.origin !== origin || url.pathname.startsWith("//");
  if (leaves || url.pathname === "/" || url.pathname === SIGN_IN) return HOME;
  return url.pathname + url.search + url.hash;
}

/** The sign-in page that leads back to `path` afterwards. */
export function signInPath(path: string): string {
  const back = safeReturnPath(path);
  return back === HOME ? SIGN_IN : `${SIGN_IN}?next=${encodeURIComponent(back)}`;
}

const DOORS = ["/sign-in", "/forgot-password", "/reset-password", "/verify-email", "/invitation"];

/** A page for people who are not signed in, which says itself what it makes of that. */
export const isDoor = (pathname: string): boolean => DOORS.includes(pathname);
