"use client";
/** One of a list, in a panel at the side. It has an address of its own; closed, it leads back to the list's. */
import { IconX } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useId, useRef } from "react";
import classes from "./side-panel.module.css";

interface SidePanelProps {
  title: string;
  /** The list's address. */
  closed: string;
  close: string;
  /** What it was opened from, by a selector: it has the focus again afterwards. */
  from: string;
  children: ReactNode;
}

export function SidePanel({ title, closed, close, from, children }: SidePanelProps) {
  const id = useId();
  const router = useRouter();
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one is another thing to read
  useEffect(() => heading.current?.focus(), [from]);
  // Where there is still one.
  useEffect(() => () => document.querySelector<HTMLElement>(from)?.focus(), [from]);
  return (
    <aside
      className={classes.panel}
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === "Escape") router.replace(closed, { scroll: false });
      }}
    >
      <div className={classes.head}>
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <Link href={closed} scroll={false} replace aria-label={close} className={classes.close}>
          <IconX size={18} stroke={1.75} aria-hidden="true" />
        </Link>
      </div>
      {children}
    </aside>
  );
}

export function Facts({ children }: { children: ReactNode }) {
  return <dl className={classes.facts}>{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
