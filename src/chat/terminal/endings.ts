const signals = ['SIGTERM', 'SIGHUP'] as const;
const lasts = new Set<() => void>();

/**
 * Calls `last` before SIGTERM or SIGHUP ends the program. All work of `last` must be done when it
 * returns.
 * @returns a function that cancels this
 */
export function beforeEnd(last: () => void): () => void {
  if (lasts.size === 0) for (const signal of signals) process.on(signal, end);
  lasts.add(last);
  return () => {
    lasts.delete(last);
    if (lasts.size === 0) for (const signal of signals) process.off(signal, end);
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
  for (const last of lasts) last();
  for (const other of signals) process.off(other, end);
  process.kill(process.pid, signal);
}
