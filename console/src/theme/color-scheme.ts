"use client";
/**
 * Light, dark, or as the system has it. Mantine's script in the page's head paints the stored choice before anything is
 * drawn; this changes it, under the same key and attribute.
 */
import { useEffect, useState } from "react";

const KEY = "mantine-color-scheme-value";
export const COLOR_SCHEMES = ["auto", "light", "dark"] as const;
export type ColorScheme = (typeof COLOR_SCHEMES)[number];

/** The choice, "auto" until the browser's own is read, and how to change it. */
export function useColorScheme(): [ColorScheme, (scheme: ColorScheme) => void] {
  const [scheme, setScheme] = useState<ColorScheme>("auto");

  useEffect(() => {
    const stored = localStorage.getItem(KEY);
    setScheme(COLOR_SCHEMES.find((known) => known === stored) ?? "auto");
  }, []);

  useEffect(() => {
    if (scheme !== "auto") return;
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const follow = () => localStorage.getItem(KEY) === null && paint("auto");
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [scheme]);

  function choose(next: ColorScheme) {
    if (next === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
    paint(next);
    setScheme(next);
  }
  return [scheme, choose];
}

function paint(scheme: ColorScheme) {
  const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.mantineColorScheme = scheme === "auto" ? system : scheme;
}
