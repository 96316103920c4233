// The floor for any server: it sends back what it receives.
import { type AddressInfo, createServer } from 'node:net';

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
});
server.listen(0, '127.0.0.1', () =>
  console.log(`listening on 127.0.0.1:${(server.address() as AddressInfo).port}`),
);
