/** A whole number in decimal digits, from `least` to `most`. Undefined for any other text. */
export function parseWholeNumber(
  text: string,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const number = Number(text);
  return /^\d+$/.test(text) && number >= least && number <= most ? number : undefined;
}
