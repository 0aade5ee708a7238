/** A link to somewhere that is not ours, in a tab of its own, and says so. */
import { useTranslations } from "next-intl";

export function OutsideLink({ href, children }: { href: string; children: string }) {
  const text = useTranslations("link");
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {children}
      <span className="unseen"> {text("newTab")}</span>
    </a>
  );
}
