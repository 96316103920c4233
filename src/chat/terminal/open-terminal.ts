import type { ReadStream, WriteStream } from 'node:tty';
import type { History } from './history.ts';
import { LineEditor } from './line-editor.ts';
import { PlainTerminal } from './plain-terminal.ts';
import type { Terminal } from './terminal.ts';

/** @param dumb whether the terminal cannot move its cursor */
export function openTerminal(
  input: ReadStream,
  output: WriteStream,
  { dumb, history }: { dumb: boolean; history: History },
): Terminal {
  return dumb || !output.isTTY
    ? new PlainTerminal(input, output)
    : new LineEditor(input, output, history);
}
