import { isatty } from 'node:tty';

// SIGHUP has two meanings: to a server in the background it says "read the configuration again", and
// to a program at a terminal that the terminal was closed.

let hangUps = 0;
let handle: (() => void) | undefined;
const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));

/**
 * From now on SIGHUP does not end the process. Must be called before anything large is loaded, because
 * until then the signal ends the process.
 */
export function holdHangUps(): void {
  process.on('SIGHUP', () => {
    hangUps++;
    handle?.();
  });
}

/** Calls `reload` for each SIGHUP, and once if some came earlier. */
export function onHangUp(reload: () => void): void {
  handle = reload;
  if (hangUps > 0) reload();
}

/** Whether the process was started in a terminal that is closed now. */
export function terminalIsClosed(): boolean {
  return terminals.length > 0 && terminals.every((descriptor) => !isatty(descriptor));
}
