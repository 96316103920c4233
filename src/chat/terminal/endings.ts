import { writeSync } from 'node:fs';

const signals = ['SIGTERM', 'SIGHUP'] as const;
const lasts = new Set<() => void>();

/**
 * Calls `last` before SIGTERM or SIGHUP ends the program, and before it exits by itself: when a terminal is closed, a write to it
 * may fail before the signal comes. All work of `last` must be done when it returns. An error that it throws is printed, and makes
 * the exit code 1 instead of 0; the other functions are called all the same.
 * @returns a function that cancels this
 */
export function beforeEnd(last: () => void): () => void {
  if (lasts.size === 0) {
    for (const signal of signals) process.on(signal, end);
    process.on('exit', runLasts);
  }
  lasts.add(last);
  return () => {
    lasts.delete(last);
    if (lasts.size > 0) return;
    for (const signal of signals) process.off(signal, end);
    process.off('exit', runLasts);
  };
}

/**
 * Keeps Ctrl-C from ending this program while another program has the terminal.
 * @returns a function to call when this program has the terminal again
 */
export function ignoreInterrupts(): () => void {
  const ignore = () => {};
  process.on('SIGINT', ignore);
  return () => process.off('SIGINT', ignore);
}

function end(signal: NodeJS.Signals): void {
  runLasts();
  for (const other of signals) process.off(other, end);
  process.kill(process.pid, signal);
}

/** Each is called once, though an exit may follow a signal. */
function runLasts(): void {
  const called = [...lasts];
  lasts.clear();
  for (const last of called) {
    try {
      last();
    } catch (error) {
      report(error);
    }
  }
}

function report(error: unknown): void {
  process.exitCode ||= 1;
  try {
    writeSync(2, `${error instanceof Error ? error.message : error}\n`);
  } catch {
    // Nobody reads stderr any more: the terminal may have been closed.
  }
}
