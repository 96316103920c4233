const signals = ['SIGTERM', 'SIGHUP'] as const;
const lasts = new Set<() => void>();

/**
 * Calls `last` before SIGTERM or SIGHUP ends the program, and before it exits by itself: when a terminal is closed, a write to it
 * may fail before the signal comes. All work of `last` must be done when it returns.
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
    } catch {
      // A terminal that is closed cannot be restored. The others are called all the same: one of them keeps a text.
    }
  }
}
