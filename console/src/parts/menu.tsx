"use client";
/**
 * A button with a menu, after the pattern of the ARIA practices: arrows, Home and End move, Escape and Tab close.
 * Ours, because Mantine's brings a positioning library along: 40 KB of script on the first load, for menus of two
 * or three items that always open below their button.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import classes from "./menu.module.css";

export interface MenuItem {
  name: string;
  text: string;
  /** Of the text, where it is not the page's language. */
  lang?: string;
  /** Beside the text, softer. */
  note?: string;
  danger?: boolean;
  /** Present on items of which one is chosen. */
  checked?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  label: string;
  /** What the button shows. */
  children: ReactNode;
  className?: string | undefined;
  /** Text above the items. */
  header?: ReactNode;
  /** Items of which one is chosen, under a title of their own, above the others. */
  choice?: { title: string; items: readonly MenuItem[] };
  items: readonly MenuItem[];
  /** Which edge of the button it opens below. */
  side?: "left" | "right";
}

export function Menu({ label, children, className, header, choice, items, side = "right" }: MenuProps) {
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState(false);
  const entries = () => [...(root.current?.querySelectorAll<HTMLElement>("[data-item]") ?? [])];

  useEffect(() => {
    if (!opened) return;
    const entry = root.current?.querySelector<HTMLElement>("[aria-checked=true]");
    (entry ?? root.current?.querySelector<HTMLElement>("[data-item]"))?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpened(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [opened]);

  function close() {
    setOpened(false);
    root.current?.querySelector("button")?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowDown" && !opened) setOpened(true);
    if (event.key === "Tab") setOpened(false);
    if (event.key === "Escape" && opened) close();
    const list = entries();
    const active = list.findIndex((entry) => entry.matches(":focus"));
    const next = nextIndex(event.key, active, list.length);
    if (next !== null) {
      event.preventDefault();
      list[next]?.focus();
    }
  }

  const draw = ({ name, text, lang, note, danger, checked, onSelect }: MenuItem) => (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: its role is menuitemradio whenever it is set
    <button
      key={name}
      type="button"
      data-item
      data-danger={danger}
      role={checked === undefined ? "menuitem" : "menuitemradio"}
      aria-checked={checked}
      lang={lang}
      tabIndex={-1}
      onClick={() => {
        close();
        onSelect();
      }}
    >
      <span>{text}</span>
      {note && <span className={classes.note}>{note}</span>}
    </button>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the button and the menu inside
    <div ref={root} className={classes.root} onKeyDown={onKeyDown}>
      <button
        type="button"
        data-main
        className={className ?? classes.button}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={opened}
        aria-controls={opened ? id : undefined}
        onClick={() => setOpened(!opened)}
      >
        {children}
      </button>
      {opened && (
        <div className={classes.dropdown} data-side={side}>
          {header}
          <div id={id} role="menu" aria-label={label}>
            {choice && (
              // biome-ignore lint/a11y/useSemanticElements: a fieldset is no child that a menu may have
              <div role="group" aria-label={choice.title} className={classes.choice}>
                <span aria-hidden="true">{choice.title}</span>
                {choice.items.map(draw)}
              </div>
            )}
            {items.map(draw)}
          </div>
        </div>
      )}
    </div>
  );
}

/** Which item a key leads to, round and round; null for a key that moves nowhere. */
function nextIndex(key: string, current: number, count: number): number | null {
  if (count === 0) return null;
  switch (key) {
    case "ArrowDown":
      return (current + 1) % count;
    case "ArrowUp":
      return (current - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
