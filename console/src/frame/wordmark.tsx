/** Our mark and name: an open ring with a line that leaves it, the channel. */
import { useTranslations } from "next-intl";
import classes from "./wordmark.module.css";

export function Wordmark() {
  const text = useTranslations("app");
  return (
    <span className={classes.wordmark}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" fill="none" strokeLinecap="round">
        <path d="M15.2 4.8a7.3 7.3 0 1 0 0 10.4" stroke="currentColor" strokeWidth="2.2" />
        <path d="M10 10h7.8" stroke="currentColor" strokeWidth="2.2" />
        <circle cx="10" cy="10" r="2.7" fill="var(--green-dot)" />
      </svg>
      <span>{text("name")}</span>
    </span>
  );
}
