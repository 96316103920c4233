import { displayWidth } from '../../protocol/unicode.ts';
import type { Place } from '../keys/actions.ts';
import type { KeyTable } from '../keys/key-table.ts';

/** All keys as a text, those of a place first. */
export function helpText(keys: KeyTable, place: Place): string {
  const sections = keys.help(place);
  const width = Math.min(
    20,
    Math.max(...sections.flatMap(({ rows }) => rows.map((row) => displayWidth(row.keys)))),
  );
  return sections
    .map(({ title, rows }) =>
      [title, ...rows.map((row) => `  ${row.keys.padEnd(width)}  ${row.does}`)].join('\n'),
    )
    .join('\n\n');
}
