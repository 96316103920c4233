import type { ReadStream, WriteStream } from 'node:tty';
import { beforeEnd } from './endings.ts';
import type { Modes, ModesOwner } from './streams.ts';

// In xterm's mode 2004 the terminal sends marks before and after pasted text.
export const pasteMarksOn = '\x1b[?2004h';
export const pasteMarksOff = '\x1b[?2004l';

/**
 * The modes of the terminal of this process while lines are edited: raw keys, and marked pastes. They are turned off
 * whenever the program ends or is stopped.
 */
export class TerminalModes implements Modes {
  private active = false;
  private stopped = false;
  private readonly forget: () => void;

  constructor(
    private readonly input: ReadStream,
    private readonly output: WriteStream,
    private readonly owner: ModesOwner,
  ) {
    process.on('exit', this.leave);
    process.on('SIGCONT', this.continued);
    this.forget = beforeEnd(() => {
      try {
        owner.ending();
      } finally {
        this.restoreAtEnd();
      }
    });
    this.enter();
  }

  enter(): void {
    this.active = true;
    this.input.setRawMode(true);
    this.output.write(pasteMarksOn);
  }

  readonly leave = (): void => {
    if (!this.active) return;
    this.active = false;
    this.output.write(pasteMarksOff);
    this.input.setRawMode(false);
  };

  private restoreAtEnd(): void {
    try {
      this.leave();
    } catch {
      // The terminal may have been closed, and then there is nothing to restore.
    }
  }

  /** Stops the program, as Ctrl-Z does. */
  suspend(): void {
    this.leave();
    this.stopped = true;
    process.kill(process.pid, 'SIGTSTP');
  }

  close(): void {
    this.leave();
    process.off('exit', this.leave);
    process.off('SIGCONT', this.continued);
    this.forget();
  }

  /** Another program may have changed the terminal, even if the stop was not asked for here. */
  private readonly continued = () => {
    if (!this.active && !this.stopped) return;
    this.stopped = false;
    this.leave();
    this.enter();
    this.owner.resumed();
  };
}
