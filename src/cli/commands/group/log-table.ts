import type { LogLine } from '../../../protocol/schemas.ts';
import { describeLine } from '../../../protocol/text/log-line.ts';
import { shownTime, table } from '../../printing/output.ts';

/** Lines of a group's log for people. */
export function logTable(lines: readonly LogLine[]): string {
  const rows = lines.map((line) => [line.id, shownTime(line.at), describeLine(line)]);
  return table(['line', 'date', 'what'], rows);
}
