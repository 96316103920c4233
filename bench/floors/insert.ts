// Floor (a): splits lines and inserts the rows of a post, with one synchronous commit per turn.
// node insert.ts <database> <first group>: connection n posts in group `first + n`, as user `n + 1`.
import { type AddressInfo, createServer, type Socket } from 'node:net';
import Database from 'better-sqlite3';

const [file, firstGroup] = process.argv.slice(2);
const database = new Database(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
const count = database.prepare(
  'UPDATE groups SET last_number = ?, message_count = message_count + 1 WHERE id = ?',
);
const insert = database.prepare(
  'INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, milestone) VALUES (?, ?, ?, ?, ?, ?, ?)',
);
let connections = 0;
let time = Date.now() * 1000;
interface Peer {
  readonly group: number;
  readonly user: number;
  number: number;
}

let turn: { socket: Socket; peer: Peer; lines: string[] }[] = [];
const commit = database.transaction(() => {
  for (const { peer, lines } of turn) {
    for (const line of lines) {
      count.run(++peer.number, peer.group);
      insert.run(
        peer.group,
        peer.number,
        peer.user,
        ++time,
        'bench',
        line,
        peer.number % 64 ? null : 1,
      );
    }
  }
});

const server = createServer({ noDelay: true }, (socket) => {
  const peer: Peer = { group: Number(firstGroup) + connections, user: ++connections, number: 0 };
  let rest = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (turn.length === 0) setImmediate(endTurn);
    turn.push({ socket, peer, lines });
  });
  socket.on('error', () => {});
});

function endTurn() {
  commit.immediate();
  for (const { socket, lines } of turn) socket.write('ok\n'.repeat(lines.length));
  turn = [];
}

server.listen(0, '127.0.0.1', () => console.log(`:${(server.address() as AddressInfo).port}`));
