import { spawnSync } from 'node:child_process';
import { ignoreInterrupts } from '../../chat/terminal/endings.ts';
import { displayWidth } from '../../protocol/unicode.ts';

/**
 * Prints a text. If it does not fit on the terminal, it is shown with `$PAGER` or `less`, as git does.
 * An empty `$PAGER`, `cat` and `TERM=dumb` turn the pager off.
 */
export function printPaged(text: string): void {
  if (!isTooLong(text) || !pagedBy(process.env.PAGER ?? 'less', text)) process.stdout.write(text);
}

function isTooLong(text: string): boolean {
  const { isTTY, rows = 0, columns = 0 } = process.stdout;
  if (!isTTY || !process.stdin.isTTY || process.env.TERM === 'dumb' || rows === 0) return false;
  const used = text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / (columns || 80))), 0);
  return used > rows;
}

/** False if the pager could not be started. */
function pagedBy(pager: string, text: string): boolean {
  if (pager.trim() === '' || pager.trim() === 'cat') return false;
  const heed = ignoreInterrupts();
  try {
    const { error, status } = spawnSync('sh', ['-c', pager], {
      input: text,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS: 'FRX', ...process.env },
    });
    // A pager that is left before the end closes the pipe. A shell exits with 127 if it does not find the pager.
    const isLeft = (error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE';
    return (error === undefined || isLeft) && status !== 127 && status !== 126;
  } finally {
    heed();
  }
}
