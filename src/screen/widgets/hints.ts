import { displayWidth } from '../../protocol/unicode.ts';
import type { Hint } from '../keys/key-table.ts';

const gap = '  ';

/** Hints in a row of so many columns. If there is too little room, the last ones are left out, but never that of the help. */
export function hintsIn(hints: readonly Hint[], columns: number): string {
  const shown = [...hints];
  const line = () => shown.map(({ key, word }) => `${key} ${word}`).join(gap);
  while (shown.length > 1 && displayWidth(line()) > columns) {
    const at = shown.findLastIndex(({ action }) => action !== 'help' && action !== 'help-writing');
    if (at < 0) break;
    shown.splice(at, 1);
  }
  return line();
}
