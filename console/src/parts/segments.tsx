"use client";
/** A few views of the same beside each other, of which one is shown. Each has an address: a link, that a reload and a friend get, too. */
import Link from "next/link";
import classes from "./segments.module.css";

interface SegmentsProps<Value extends string> {
  label: string;
  options: readonly { value: Value; text: string; href: string }[];
  value: Value;
}

export function Segments<Value extends string>({ label, options, value }: SegmentsProps<Value>) {
  return (
    <nav aria-label={label}>
      <ul className={classes.segments}>
        {options.map((option) => (
          <li key={option.value}>
            <Link
              href={option.href}
              replace
              scroll={false}
              prefetch={false}
              aria-current={option.value === value ? "true" : undefined}
            >
              {option.text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
