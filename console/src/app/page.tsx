/** `/` has no page of its own yet. */
import { redirect } from "next/navigation";
import { HOME } from "../session/return-path.ts";

export default function RootPage() {
  redirect(HOME);
}
