// Floor (b): joins the lines of a turn into one buffer, and writes that same buffer to every member.
// The first connection is the sender, and gets a line for each line that it sends. All others are members.
import { type AddressInfo, createServer, type Socket } from 'node:net';

const members: Socket[] = [];
let sender: Socket | undefined;
let rest = '';
let turn = '';

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  if (sender) {
    members.push(socket);
    return;
  }
  sender = socket;
  socket.setEncoding('latin1').on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1;
    if (turn === '') setImmediate(endTurn);
    turn += rest + text.slice(0, end);
    rest = text.slice(end);
  });
});

function endTurn() {
  const buffer = Buffer.from(turn, 'latin1');
  for (const member of members) member.write(buffer);
  sender?.write('ok\n'.repeat(turn.split('\n').length - 1));
  turn = '';
}

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  console.log(`:${(server.address() as AddressInfo).port}`),
);
