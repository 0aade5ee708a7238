/** Inter from our own host; Next preloads it and gives the fallback the same metrics, so that text does not move. */
import localFont from "next/font/local";

export const font = localFont({
  src: "../../../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  weight: "100 900",
  variable: "--font",
  display: "swap",
});
