import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A way to a board that fails at the worst moment: the first reply that holds `word` is not handed
 * on, and its connection is cut. @returns the port to connect to, and whether it has happened
 */
export async function ackThief(port: number, word: string) {
  const seen = { stolen: false, port: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const board = connect({ host: '127.0.0.1', port });
    for (const socket of [client, board]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.pipe(board);
    client.on('close', () => board.destroy());
    board.on('close', () => client.destroy());
    board.on('data', (chunk) => {
      if (seen.stolen || !chunk.includes(word)) return void client.write(chunk);
      seen.stolen = true;
      client.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  seen.port = (server.address() as AddressInfo).port;
  return seen;
}
