import type { Logger } from 'pino';
import { onHangUp, terminalIsClosed } from './hangup.ts';

// Signals that mean nothing to a server, and would end it: they reach one by mistake, by a script that takes it for
// another program, or by a limit of the shell (SIGXFSZ: a write past it fails, as on a full disk).
const meaningless = ['SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGIO', 'SIGPWR', 'SIGSTKFLT', 'SIGXFSZ'];

/** Keeps signals that mean nothing to a server from ending the process, from now on. */
export function ignoreMeaninglessSignals(): void {
  for (const signal of meaningless) process.on(signal, () => {});
}

// The same signal again within this time is one Ctrl-C that came twice: npm passes on to its
// child what the terminal has sent it already. In milliseconds.
const signalEcho = 100;

/**
 * Settles at the first SIGINT or SIGTERM, or when the terminal is closed that the server was started
 * at; a second signal ends the process at once.
 * @param reload what any other SIGHUP does
 */
export function untilSignalled(log: Logger, reload: () => void): Promise<void> {
  return new Promise((resolve) => {
    let first: { signal: string; at: number } | undefined;
    const receive = (signal: string) => {
      if (!first) {
        first = { signal, at: performance.now() };
        log.info({ signal }, 'stopping; signal again to end at once');
        resolve();
      } else if (signal !== first.signal || performance.now() - first.at > signalEcho) {
        process.exit(1);
      }
    };
    process.on('SIGINT', receive).on('SIGTERM', receive);
    onHangUp(() => (terminalIsClosed() ? receive('SIGHUP') : reload()));
  });
}
