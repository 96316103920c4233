import { cleanText } from '../../protocol/clean.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// The first lines of a paste that are shown before it is sent.
const previewLines = 5;

/** What was pasted, as lines: of control characters only tabs and line ends mean anything. */
export function pastedLines(text: string): string[] {
  return cleanText(text.replace(/\r\n?/g, '\n').replace(controls, '')).split('\n');
}

/** What someone is about to send. */
export function preview(lines: readonly string[]): string {
  const shown = lines.slice(0, previewLines).map((line) => `  ${line}\n`);
  const more = lines.length - shown.length;
  return shown.join('') + (more > 0 ? `  … and ${more} more\n` : '');
}
