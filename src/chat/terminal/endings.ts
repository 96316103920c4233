const signals = ['SIGTERM', 'SIGHUP'] as const;
const lasts = new Set<() => void>();

/**
 * Has `last` called when a signal ends the program, which it then does. What it does must be done
 * when it returns.
 * @returns what to call when it is not needed any more
 */
export function beforeEnd(last: () => void): () => void {
  if (lasts.size === 0) for (const signal of signals) process.on(signal, end);
  lasts.add(last);
  return () => {
    lasts.delete(last);
    if (lasts.size === 0) for (const signal of signals) process.off(signal, end);
  };
}

function end(signal: NodeJS.Signals): void {
  for (const last of lasts) last();
  for (const other of signals) process.off(other, end);
  process.kill(process.pid, signal);
}
