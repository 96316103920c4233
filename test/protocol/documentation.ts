import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The cells of the table rows under a heading of `docs/protocol.md`, without the table's head. */
export function tableRows(heading: string): string[][] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const tables = section.split(/^\| -.*\n/m).slice(1);
  return tables.flatMap((table) => {
    const [body = ''] = /^(?:\|.*\n)*/.exec(table) ?? [];
    const lines = body.split('\n').filter((line) => line !== '');
    return lines.map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
  });
}
