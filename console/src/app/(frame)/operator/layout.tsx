/** The pages of the platform's administrators. */
import type { ReactNode } from "react";
import { OperatorScope } from "../../../operator/operator-scope.tsx";

export default function OperatorLayout({ children }: { children: ReactNode }) {
  return <OperatorScope>{children}</OperatorScope>;
}
