import Table from 'cli-table3';
import { cleanLine } from '../../protocol/clean.ts';
import { toJson } from '../../protocol/printable-json.ts';
import { toSeconds } from '../../protocol/time.ts';
import { hasColours } from './colour.ts';
import { noteDone } from './done.ts';
import { printPaged } from './pager.ts';

type Cell = string | number | null;

const borderless = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((part) => [part, '']),
);

/**
 * Prints the result of a command that has changed something. If standard output cannot be written to,
 * standard error says what was changed: see `outputFailed`.
 */
export function printDone(options: { json?: true }, document: object, text: () => string): void {
  noteDone(text());
  printResult(options, document, text);
}

/** Prints a result as one JSON document with `--json`, and otherwise as text for people. */
export function printResult({ json }: { json?: true }, document: object, text: () => string): void {
  if (json) process.stdout.write(`${toJson(document, 2)}\n`);
  else printPaged(`${text()}\n`);
}

/** A table with a head in capitals. Columns with numbers are aligned to the right. */
export function table(head: string[], rows: Cell[][]): string {
  const bold = hasColours(process.stdout);
  const numeric = head.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  return layOut(
    {
      head: head.map((title) => title.toUpperCase()),
      style: { head: bold ? ['bold'] : [] },
      colAligns: numeric.map((isNumber) => (isNumber ? 'right' : 'left')),
    },
    rows,
  );
}

/** Lines with a label and a value each. */
export function fields(rows: [label: string, value: Cell][]): string {
  return layOut({}, rows);
}

function layOut(options: Table.TableConstructorOptions, rows: Cell[][]): string {
  const laidOut = new Table({
    ...options,
    chars: { ...borderless, middle: '  ' },
    style: { head: [], ...options.style, border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  laidOut.push(...rows.map((row) => row.map((cell) => cleanLine(String(cell ?? '')))));
  return laidOut.toString().replace(/ +$/gm, '');
}

/** A time of a document, for people. */
export function shownTime(time: string | null): string {
  return time === null ? 'never' : toSeconds(time);
}

/** A number of bytes with its unit, for people. */
export function shownBytes(number: number): string {
  const power = number < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(number) / 10));
  const unit = ['B', 'KiB', 'MiB', 'GiB', 'TiB'][power];
  return `${(number / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${unit}`;
}
