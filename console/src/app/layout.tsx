/** What every page stands in: language, theme before the first paint, and the CSP's nonce. */
import "../theme/styles.ts";
import { LANGUAGES } from "@cogni/contract/locales";
import { ColorSchemeScript, mantineHtmlProps } from "@mantine/core";
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { font } from "../theme/font.ts";
import { Providers } from "./providers.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const text = await getTranslations("app");
  return {
    title: { default: text("name"), template: `%s · ${text("name")}` },
    description: text("description"),
    robots: { index: false },
  };
}

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fafafa" },
    { media: "(prefers-color-scheme: dark)", color: "#0c0c0e" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Reading the request's headers also makes every page dynamic, without which Next could not put a nonce on scripts.
  const nonce = nonceOf((await headers()).get("content-security-policy"));
  return (
    <html lang={LANGUAGES[await getLocale()].tag} className={font.variable} {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" nonce={nonce} />
      </head>
      <body>
        <NextIntlClientProvider>
          <Providers nonce={nonce}>{children}</Providers>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}

/** The control plane puts the policy on the request before Next sees it; Next reads the nonce from there too. */
function nonceOf(policy: string | null): string {
  return policy?.match(/'nonce-([\w+/=-]+)'/)?.[1] ?? "";
}
