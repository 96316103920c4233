import type { ReadStream, WriteStream } from 'node:tty';
import type { History } from './history.ts';
import { LineEditor } from './line-editor.ts';
import { TerminalModes } from './modes.ts';
import { PlainTerminal } from './plain-terminal.ts';
import type { Interrupts } from './streams.ts';
import type { Terminal } from './terminal.ts';

/** The terminal of this process. @param dumb whether the terminal cannot move its cursor */
export function openTerminal(
  input: ReadStream,
  output: WriteStream,
  { dumb, history }: { dumb: boolean; history: History },
): Terminal {
  return dumb || !output.isTTY
    ? new PlainTerminal(input, output, onSigint)
    : new LineEditor(input, output, history, (owner) => new TerminalModes(input, output, owner));
}

/** A terminal that edits its lines itself makes a signal of Ctrl-C. */
const onSigint: Interrupts = (interrupt) => {
  process.on('SIGINT', interrupt);
  return () => process.off('SIGINT', interrupt);
};
