"use client";
/**
 * Mantine around the parts that use it: dialogs and their forms. Not around the whole page: it and its components are 25 KB of
 * script that a page's first load then does without.
 */
import "@mantine/core/styles/UnstyledButton.layer.css";
import "@mantine/core/styles/ActionIcon.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/PasswordInput.layer.css";
import { MantineProvider } from "@mantine/core";
import { type ReactNode, use } from "react";
import { NonceContext } from "./nonce.ts";
import { cssVariablesResolver, theme } from "./theme.ts";

export function Mantine({ children }: { children: ReactNode }) {
  const nonce = use(NonceContext);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
      withGlobalClasses={false}
    >
      {children}
    </MantineProvider>
  );
}
