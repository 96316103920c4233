import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

// How long bytes of the server wait on the way, in milliseconds. Those that it sends meanwhile arrive together with them.
const delay = 200;

/**
 * A line with a delay between an SSH client and a server: the client gets what the server sends in a short time all at once,
 * the end of the connection with it.
 * @returns the port to connect to
 */
export async function slowLine(port: number): Promise<number> {
  const relay = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    for (const socket of [client, server]) {
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
    }
    client.pipe(server);
    let waiting: Buffer[] = [];
    let hasEnded = false;
    const pass = () => {
      if (waiting.length > 0) client.write(Buffer.concat(waiting));
      waiting = [];
      if (hasEnded) client.end();
    };
    server.on('data', (bytes: Buffer) => {
      if (waiting.push(bytes) === 1) setTimeout(pass, delay);
    });
    server.on('end', () => {
      hasEnded = true;
      if (waiting.length === 0) pass();
    });
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  onTestFinished(() => void relay.close());
  return (relay.address() as AddressInfo).port;
}
