/** Which texts a request is answered in. One catalog so far; a second language is a second file and a choice here. */
import { getRequestConfig } from "next-intl/server";
import messages from "../../messages/en.json";

export const LOCALE = "en";

export default getRequestConfig(async () => ({
  locale: LOCALE,
  messages,
  // Times are only ever drawn in the browser, in the person's own zone; the server names none.
  timeZone: "UTC",
}));
