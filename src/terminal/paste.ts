import { cleanText } from '../protocol/clean.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// How many lines of a paste are shown before it is sent.
const previewLines = 5;

/** Pasted text as lines. Control characters are dropped, except for tabs and line ends. */
export function pastedLines(text: string): string[] {
  return cleanText(text.replace(/\r\n?/g, '\n').replace(controls, '')).split('\n');
}

/** The beginning of pasted lines, as the user sees it before they are sent. */
export function preview(lines: readonly string[]): string {
  const shown = lines.slice(0, previewLines).map((line) => `  ${line}\n`);
  const more = lines.length - shown.length;
  return shown.join('') + (more > 0 ? `  … and ${more} more\n` : '');
}
