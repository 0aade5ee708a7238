/** Pages of a signed-in person stand in the frame. */
import type { ReactNode } from "react";
import { Frame } from "../../frame/frame.tsx";

export default function FrameLayout({ children }: { children: ReactNode }) {
  return <Frame>{children}</Frame>;
}
