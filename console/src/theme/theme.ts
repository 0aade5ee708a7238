/** The few choices that make Mantine's components ours; every colour is a token of `tokens.css`. */
import { type CSSVariablesResolver, createTheme } from "@mantine/core";

export const theme = createTheme({
  fontFamily: "var(--font), system-ui, sans-serif",
  fontSizes: { sm: "0.875rem", xs: "0.8125rem" },
  // Mantine paints inputs in the dark theme with these; ours are the neutral greys of tokens.css.
  colors: {
    dark: [
      "#ececef",
      "#c4c4cb",
      "#a0a0aa",
      "#8b8b95",
      "#3a3a42",
      "#2e2e34",
      "#1c1c20",
      "#141417",
      "#101013",
      "#0c0c0e",
    ],
  },
  defaultRadius: "sm",
  radius: { sm: "7px", md: "10px" },
  cursorType: "pointer",
  respectReducedMotion: true,
});

const OURS = {
  "--mantine-color-body": "var(--surface)",
  "--mantine-color-text": "var(--text)",
  "--mantine-color-dimmed": "var(--text-soft)",
  "--mantine-color-placeholder": "var(--text-soft)",
  "--mantine-color-error": "var(--red)",
  "--mantine-color-anchor": "var(--link)",
  "--mantine-color-default": "var(--surface)",
  "--mantine-color-default-hover": "var(--sunken)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-primary-color-filled": "var(--focus)",
};

export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: OURS, dark: OURS });
