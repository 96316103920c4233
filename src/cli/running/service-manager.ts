import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { Logger } from 'pino';

// In milliseconds.
const notifyTimeout = 5000;

/**
 * Notifies systemd that the server listens, if systemd waits for it (`Type=notify`, sd_notify(3)). A
 * failure is logged. systemd then ends the service after its own timeout.
 */
export async function notifyReady(log: Logger): Promise<void> {
  if (!process.env.NOTIFY_SOCKET) return;
  try {
    // Node has no datagram sockets of the Unix kind, so systemd's own program sends it.
    await promisify(execFile)('systemd-notify', ['--ready'], { timeout: notifyTimeout });
  } catch (error) {
    log.error({ err: error }, 'cannot tell systemd that the server is ready');
  }
}

// How many times longer than estimated an upgrade may take, on a slow disk.
const extension = 10;

/**
 * Asks systemd to wait longer for the start of the server, by its own time limit (90 s) and by `extension` times
 * the seconds that an upgrade of the database is estimated to take.
 */
export function extendStart(seconds: number, log: Logger): void {
  if (!process.env.NOTIFY_SOCKET) return;
  const microseconds = (90 + extension * seconds) * 1_000_000;
  try {
    const args = [`EXTEND_TIMEOUT_USEC=${microseconds}`];
    execFileSync('systemd-notify', args, { timeout: notifyTimeout, stdio: 'ignore' });
  } catch (error) {
    log.error({ err: error }, 'cannot ask systemd for more time to upgrade the database');
  }
}
