/** Types that come from outside: Next's modules for styles and images, and the catalog's keys for next-intl. */
/// <reference types="next" />
/// <reference types="next/image-types/global" />

import type { ErrorCode } from "@cogni/contract";
import type { Locale as OurLocale } from "@cogni/contract/locales";
import type messages from "../messages/en.json";

declare module "next-intl" {
  interface AppConfig {
    Locale: OurLocale;
    /** The problems' words stand in the other languages only: in English they are the API's. */
    Messages: typeof messages & {
      problems: Record<ErrorCode, Record<"title" | "cause" | "remedy", string>>;
    };
  }
}
