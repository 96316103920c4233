import type { ReadStream, WriteStream } from 'node:tty';
import { ignoreInterrupts } from '../../chat/terminal/endings.ts';

const deadly = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * The terminal of this process, for the screen: raw keys, its size, and all ways out. Whatever ends the process, `gone` is aborted
 * before, so that the screen can restore the terminal, and then the keys are as they were.
 */
export class OwnTerminal {
  private readonly controller = new AbortController();
  readonly gone: AbortSignal = this.controller.signal;
  readonly size;
  private readonly stopListeners = new Set<() => void>();
  private isRaw = false;

  constructor(
    private readonly input: ReadStream,
    output: WriteStream,
  ) {
    this.size = {
      get columns() {
        return output.columns;
      },
      get rows() {
        return output.rows;
      },
      onResize: (listener: () => void) => {
        output.on('resize', listener);
        return () => void output.off('resize', listener);
      },
    };
    for (const signal of deadly) process.on(signal, this.die);
    process.on('SIGTSTP', this.stopped);
    process.on('exit', this.restore);
    // An uncaught error is printed after this, and not onto the screen.
    process.on('uncaughtExceptionMonitor', this.restore);
    this.setRaw(true);
  }

  /** Calls a listener when the program is told to stop by another program, as `kill -TSTP` does. */
  readonly onStop = (listener: () => void): (() => void) => {
    this.stopListeners.add(listener);
    return () => void this.stopListeners.delete(listener);
  };

  /** Stops this process, until the shell brings it back with `fg`. */
  readonly suspend = async (): Promise<void> => {
    this.setRaw(false);
    const continued = new Promise<void>((resolve) => {
      process.once('SIGCONT', () => resolve());
    });
    process.off('SIGTSTP', this.stopped);
    process.kill(process.pid, 'SIGTSTP');
    await continued;
    process.on('SIGTSTP', this.stopped);
    if (!this.gone.aborted) this.setRaw(true);
    // A program that is stopped is not told of a new size, so Node looks at the size again.
    process.kill(process.pid, 'SIGWINCH');
  };

  /** Lends the terminal to another program. */
  async lend<T>(use: () => Promise<T>): Promise<T> {
    this.setRaw(false);
    const heed = ignoreInterrupts();
    process.off('SIGINT', this.die);
    try {
      return await use();
    } finally {
      process.on('SIGINT', this.die);
      heed();
      if (!this.gone.aborted) this.setRaw(true);
    }
  }

  /** Gives the terminal back. */
  close(): void {
    for (const signal of deadly) process.off(signal, this.die);
    process.off('SIGTSTP', this.stopped);
    process.off('exit', this.restore);
    process.off('uncaughtExceptionMonitor', this.restore);
    this.setRaw(false);
    this.input.pause();
  }

  private readonly restore = () => {
    this.controller.abort();
    this.setRaw(false);
  };

  private readonly die = (signal: NodeJS.Signals) => {
    this.restore();
    for (const other of deadly) process.off(other, this.die);
    process.kill(process.pid, signal);
  };

  private readonly stopped = () => {
    for (const listener of this.stopListeners) listener();
  };

  private setRaw(isRaw: boolean): void {
    if (isRaw === this.isRaw) return;
    this.isRaw = isRaw;
    this.input.setRawMode(isRaw);
  }
}
