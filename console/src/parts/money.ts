/** Money as a person reads and types it. It is whole nano-dollars (1e-9 USD), in digits: no amount is ever a float on its way. */

const DIGITS = 9;
const DOLLAR = 10n ** BigInt(DIGITS);
const CENT = DOLLAR / 100n;

/** A number that `Intl` takes as it stands, however many digits it has. */
type Decimal = `${number}`;

/**
 * "$12.30", "$0.0421", "$0.000123": by the cent from a dollar on, by the hundredth of a cent below it, and below a cent exact, so
 * that nothing that cost something reads as nothing.
 */
export function money(nano: string, locale: string): string {
  const amount = BigInt(nano);
  const size = amount < 0n ? -amount : amount;
  return inDollars(amount, locale, size >= DOLLAR ? 2 : size >= CENT ? 4 : DIGITS);
}

/** To the last digit, for where there is room. */
export function exactMoney(nano: string, locale: string): string {
  return inDollars(BigInt(nano), locale, DIGITS);
}

/** As it is typed: "12.5" for 12,500,000,000, with the locale's mark before the fraction. */
export function moneyInput(nano: string, locale: string): string {
  const [whole = "0", fraction = ""] = decimalOf(BigInt(nano)).split(".");
  const shown = fraction.replace(/0+$/, "");
  return shown === "" ? whole : `${whole}${fractionMark(locale)}${shown}`;
}

/**
 * Nano-dollars of what was typed, as "12.5", "$ 0.000123" or "-3"; null for what is no amount, has more than nine places, or could
 * be meant otherwise: a mark of thousands is never guessed.
 */
export function parseMoney(typed: string, locale: string): string | null {
  const mark = fractionMark(locale);
  const found = /^(-?)(\d{1,9})(?:([.,])(\d{1,9}))?$/.exec(typed.replace(/[\s$]|USD/g, ""));
  if (!found) return null;
  const [, sign = "", whole = "", typedMark, fraction = ""] = found;
  // Elsewhere a point stands between thousands, and a comma does here.
  const foreign = typedMark !== undefined && typedMark !== mark;
  if (foreign && (typedMark === "," || fraction.length === 3)) return null;
  const nano = BigInt(whole + fraction.padEnd(DIGITS, "0"));
  return String(sign === "-" ? -nano : nano);
}

function inDollars(amount: bigint, locale: string, digits: number): string {
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(decimalOf(amount));
}

function decimalOf(amount: bigint): Decimal {
  const size = amount < 0n ? -amount : amount;
  const text = `${size / DOLLAR}.${String(size % DOLLAR).padStart(DIGITS, "0")}` as Decimal;
  return amount < 0n ? (`-${text}` as Decimal) : text;
}

function fractionMark(locale: string): string {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  return parts.find(({ type }) => type === "decimal")?.value ?? ".";
}
