import { once } from 'node:events';
import type { Logger } from 'pino';
import { onHangUp, terminalIsClosed } from './hangup.ts';
import { interruption } from './interrupt.ts';

// Signals that mean nothing to a server, and would end it: they reach one by mistake, by a script that takes it for
// another program, or by a limit of the shell (SIGXFSZ: a write past it fails, as on a full disk).
const meaningless = ['SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGIO', 'SIGPWR', 'SIGSTKFLT', 'SIGXFSZ'];

/**
 * Settles at the first SIGINT or SIGTERM, or when the terminal is closed in which the server was
 * started. A second signal ends the process at once, with exit code 1.
 * @param reload what any other SIGHUP does
 */
export async function untilSignalled(log: Logger, reload: () => void): Promise<void> {
  const ended = interruption(undefined, 1);
  const hungUp = new Promise<'SIGHUP'>((resolve) => {
    onHangUp(() => {
      if (!terminalIsClosed()) reload();
      else if (ended.signal.aborted) process.exit(1);
      else {
        // A later signal is the second one.
        for (const later of ['SIGINT', 'SIGTERM'] as const)
          process.prependListener(later, () => process.exit(1));
        resolve('SIGHUP');
      }
    });
  });
  const signalled = once(ended.signal, 'abort').then(() =>
    ended.exitCode === 143 ? 'SIGTERM' : 'SIGINT',
  );
  const signal = await Promise.race([hungUp, signalled]);
  log.info({ signal }, 'stopping; signal again to end at once');
}

/** Keeps signals that mean nothing to a server from ending the process, from now on. */
export function ignoreMeaninglessSignals(): void {
  for (const signal of meaningless) process.on(signal, () => {});
}
