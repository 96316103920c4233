import type { FromSsh, SshLogLevel, ToSsh } from '../doors/ssh/messages.ts';
import { Expected } from '../protocol/expected.ts';
import { fingerprintOf } from '../protocol/ssh-key.ts';
import { visit } from '../visit/visit.ts';
import { ensureHostKey, publicHostKey } from './host-key.ts';
import { loadSsh2, newPrivateKey } from './load.ts';
import { SshServer } from './server.ts';
import { SshError } from './ssh-error.ts';
import { DoorConnection } from './vouched-door.ts';

// How long sessions may take to end after the board has closed, in milliseconds. It is less than the time after which the board
// kills this process.
const closingTime = 3000;

/**
 * Runs the SSH server as a child process of the board, until the board closes or has ended. The two speak over the IPC
 * channel of Node.
 * @param made is called with the path of a new host key before it has its name
 * @throws SshError if there is no such channel
 */
export async function runChild(made: (path: string) => void): Promise<void> {
  if (!process.send) {
    throw new SshError('This command is for `corkboard serve --ssh`, which starts it itself.');
  }
  // The board decides when this process ends; Ctrl-C at its terminal reaches both.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  let server: SshServer | undefined;
  const end = () => {
    (server?.close(closingTime) ?? Promise.resolve()).then(() => process.exit(0));
  };
  // A board that was killed closes the channel, and nobody may connect to its SSH server any more.
  process.on('disconnect', end);
  process.on('uncaughtException', (error) => {
    const err = { message: error.message, stack: error.stack };
    const text = 'the SSH server ends after a bug';
    send({ type: 'log', level: 'error', fields: { err }, text }, () => process.exit(1));
  });
  process.on('message', (message: ToSsh) => {
    switch (message.type) {
      case 'start':
        start(message, made).then(
          (started) => {
            server = started;
          },
          (error) => {
            if (!(error instanceof Expected)) throw error;
            send({ type: 'failed', message: error.message });
          },
        );
        return;
      case 'settings':
        if (server) server.sessions = message.sessions;
        return;
      case 'ping':
        send({ type: 'pong' });
        return;
      case 'close':
        end();
    }
  });
}

type Start = Extract<ToSsh, { type: 'start' }>;

async function start(
  { places, hostKeyFile, socket, sessions }: Start,
  made: (path: string) => void,
): Promise<SshServer> {
  const library = await loadSsh2();
  const generate = () => newPrivateKey(library);
  const hostKey = ensureHostKey(hostKeyFile, generate, made);
  const server = new SshServer({
    library,
    hostKey,
    sessions,
    door: (address) => new DoorConnection({ socket, address }),
    receive: (visitor) => visit(visitor, { socket }),
    log,
  });
  const addresses = await server.listen(places);
  send({
    type: 'listening',
    addresses,
    fingerprint: fingerprintOf(publicHostKey(hostKey, hostKeyFile)),
  });
  return server;
}

function log(level: SshLogLevel, text: string, fields: Readonly<Record<string, unknown>>): void {
  send({ type: 'log', level, fields, text });
}

/** @param sent called when the message has left, or cannot leave */
function send(message: FromSsh, sent: () => void = () => {}): void {
  // A board that has ended is noticed by `disconnect`.
  if (process.connected) process.send?.(message, undefined, undefined, sent);
  else sent();
}
