/** What a tenant's settings stand in: which there are, beside the one that is shown. */
import type { ReactNode } from "react";
import { SettingsFrame } from "../../../../../settings/settings-frame.tsx";

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return <SettingsFrame>{children}</SettingsFrame>;
}
