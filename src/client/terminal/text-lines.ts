/** The last line of a text that is typed line by line. */
export const textEnd = '.';

const dots = /^\.+$/;

/** A line of a text as it is typed: one of dots alone gets one more, so that it ends nothing. */
export function asTyped(line: string): string {
  return dots.test(line) ? `.${line}` : line;
}

/** The line that was meant by one that was typed. */
export function asMeant(line: string): string {
  return dots.test(line) ? line.slice(1) : line;
}
