/** Types that come from outside: Next's modules for styles and images, and the catalog's keys for next-intl. */
/// <reference types="next" />
/// <reference types="next/image-types/global" />

import type messages from "../messages/en.json";

declare module "next-intl" {
  interface AppConfig {
    Locale: "en";
    Messages: typeof messages;
  }
}
