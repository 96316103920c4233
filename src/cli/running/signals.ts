import type { Logger } from 'pino';
import { onHangUp, terminalIsClosed } from './hangup.ts';

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
