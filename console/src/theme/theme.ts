/** The few choices that make Mantine's components ours; every colour is a token of `tokens.css`. */
import { type CSSVariablesResolver, createTheme } from "@mantine/core";

export const theme = createTheme({
  fontFamily: "var(--font), system-ui, sans-serif",
  fontSizes: { sm: "0.875rem", xs: "0.8125rem" },
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
