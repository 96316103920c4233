// Floor (c): greets connections and keeps them open.
import { type AddressInfo, createServer, type Socket } from 'node:net';

const held = new Set<Socket>();
const server = createServer({ noDelay: true }, (socket) => {
  held.add(socket);
  socket.on('data', () => {});
  socket.on('error', () => {});
  socket.on('close', () => held.delete(socket));
  socket.write('hello\n');
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  console.log(`:${(server.address() as AddressInfo).port}`),
);
