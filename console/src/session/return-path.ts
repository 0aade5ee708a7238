/** Where to go after signing in: only ever a page of our own, however the address was tampered with. */
import { pathOfOurOwn } from "@cogni/contract/return-path";

export const HOME = "/channels";
const SIGN_IN = "/sign-in";

/** The path to return to; `HOME` for anything that would leave this origin or come back to the sign-in page. */
export function safeReturnPath(wanted: string | null | undefined): string {
  const path = pathOfOurOwn(wanted);
  if (path === null) return HOME;
  const [pathname] = path.split(/[?#]/, 1);
  return pathname === "/" || pathname === SIGN_IN ? HOME : path;
}

/** The sign-in page that leads back to `path` afterwards. */
export function signInPath(path: string): string {
  const back = safeReturnPath(path);
  return back === HOME ? SIGN_IN : `${SIGN_IN}?next=${encodeURIComponent(back)}`;
}

const DOORS = ["/sign-in", "/forgot-password", "/reset-password", "/verify-email", "/invitation"];

/** A page for people who are not signed in, which says itself what it makes of that. */
export const isDoor = (pathname: string): boolean =>
  DOORS.includes(pathname) || pathname.startsWith("/connect/");
