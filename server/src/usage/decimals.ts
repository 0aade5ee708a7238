/** Money as other programs write it, a JSON number of dollars, as a whole number of something smaller. */

/**
 * `value` times ten to the power of `exponent`, as exactly as the number was written: its shortest decimal form is taken, never a
 * product of doubles. What is left behind the point is rounded to the nearest, for it is the noise of someone's sum.
 * @param value finite, not negative
 */
export function scaled(value: number, exponent: number): bigint {
  const [mantissa = "", power = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = BigInt(whole + fraction);
  const places = exponent + Number(power) - fraction.length;
  if (places >= 0) return digits * 10n ** BigInt(places);
  const divisor = 10n ** BigInt(-places);
  return (digits + divisor / 2n) / divisor;
}

/** Nano-dollars as dollars, for people and spreadsheets: `-0.000000001`, `12.5`, `3`. */
export function dollars(nano: bigint): string {
  const digits = (nano < 0n ? -nano : nano).toString().padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${nano < 0n ? "-" : ""}${digits.slice(0, -9)}${fraction && `.${fraction}`}`;
}

/** The same back, as a person types it; null for anything else, and for more than nine digits on either side of the point. */
export function nanoOf(text: string): bigint | null {
  const [, sign, whole = "", fraction = ""] = /^(-?)(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (sign === undefined) return null;
  const nano = BigInt(whole + fraction.padEnd(9, "0"));
  return sign === "-" ? -nano : nano;
}
