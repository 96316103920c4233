import { execFile } from 'node:child_process';
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
