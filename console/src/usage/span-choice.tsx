"use client";
/** Which days are told, and in which time zone they are counted. */
import { useTranslations } from "next-intl";
import { Segments } from "../parts/segments.tsx";
import { SPANS, type Span } from "./span.ts";
import classes from "./usage.module.css";

interface SpanChoiceProps {
  span: Span;
  hrefOf: (span: Span) => string;
  /** Undefined until it is known. */
  zone: string | undefined;
}

export function SpanChoice({ span, hrefOf, zone }: SpanChoiceProps) {
  const text = useTranslations("usage.span");
  return (
    <div className={classes.span}>
      <Segments
        label={text("label")}
        options={SPANS.map((value) => ({ value, text: text(value), href: hrefOf(value) }))}
        value={span}
      />
      <span className={classes.soft}>{zone && text("zone", { zone })}</span>
    </div>
  );
}
