/** The ways in of this installation, and why the last one failed, as the server tells its pages. */
import {
  type OidcRefusal,
  oidcRefusalSchema,
  WAYS_IN_HEADER,
  type WaysIn,
  waysInSchema,
} from "@cogni/contract";
import { headers } from "next/headers";

const NONE: WaysIn = { wallet: null, oidc: null };

/** None but the password where no control plane stands in front, as in Next's own development server. */
export async function waysIn(): Promise<WaysIn> {
  const told = (await headers()).get(WAYS_IN_HEADER);
  return told === null ? NONE : waysInSchema.parse(JSON.parse(decodeURIComponent(told)));
}

/** @param refused of the address, which anyone may have written */
export function refusalOf(refused: string | string[] | undefined): OidcRefusal | null {
  return oidcRefusalSchema.safeParse(refused).data ?? null;
}
