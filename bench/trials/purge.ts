// What members notice of a purge of a million messages: node bench/trials/purge.ts (after npm run build).
// Prints a table; asserts nothing.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { arch, cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';

const clients = 50;
const messages = 1_000_000;
// Milliseconds between two requests of a client.
const breath = 20;
const undisturbed = 15_000;

const data = mkdtempSync(join(tmpdir(), 'corkboard-bench-'));
const file = join(data, 'corkboard.db');
const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const run = (...args) =>
  promisify(execFile)(process.execPath, [program, ...args, '--data', data]).then(
    ({ stdout }) => stdout,
  );
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** A million messages of 120 bytes in a group. */
function fill(group) {
  const client = new Sqlite(file);
  client.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${messages})
     INSERT INTO messages (group_id, number, posted_at, subject, content, milestone)
       SELECT ${group}, i, i, 'subject ' || i, printf('%.*c', 120, 'x'), iif(i % 64, NULL, 1) FROM n;
     UPDATE groups SET last_number = ${messages}, message_count = ${messages} WHERE id = ${group};
     PRAGMA wal_checkpoint(TRUNCATE)`,
  );
  client.close();
}

async function open(port, user) {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const waiting = new Map();
  let rest = '';
  let id = 0;
  socket.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines.filter((each) => each.startsWith('{"jsonrpc":"2.0","id"'))) {
      const reply = JSON.parse(line);
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    }
  });
  const call = (method, params) =>
    new Promise((resolve) => {
      waiting.set(++id, resolve);
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  await call('session.login', { user });
  await call('group.join', { group: 'main' });
  await call('group.join', { group: 'general' });
  return call;
}

/** Half of the clients post and half read, in both groups, until `work` has ended. */
async function measure(calls, work) {
  const size = statSync(file).size;
  const times = { post: [], list: [] };
  let running = true;
  const start = performance.now();
  const done = work().finally(() => {
    running = false;
  });
  await Promise.all(
    calls.map(async (call, number) => {
      const kind = number % 2 ? 'post' : 'list';
      const group = number % 4 < 2 ? 'main' : 'general';
      const post = { group, subject: 'bench', content: 'x'.repeat(120) };
      while (running) {
        const from = performance.now();
        await (kind === 'post' ? call('message.post', post) : call('message.list', { group }));
        times[kind].push(performance.now() - from);
        await pause(breath);
      }
    }),
  );
  await done;
  const seconds = (performance.now() - start) / 1000;
  const at = (list, part) => list.sort((a, b) => a - b)[Math.floor((list.length - 1) * part)];
  const row = { seconds: seconds.toFixed(1), replies: times.post.length + times.list.length };
  for (const kind of ['post', 'list']) {
    row[`${kind} p50 ms`] = at(times[kind], 0.5).toFixed(1);
    row[`${kind} p99 ms`] = at(times[kind], 0.99).toFixed(1);
    row[`${kind} slowest ms`] = at(times[kind], 1).toFixed(1);
  }
  const mebibytes = (bytes) => Math.round(bytes / 1024 ** 2);
  return { ...row, 'file MiB': `${mebibytes(size)} → ${mebibytes(statSync(file).size)}` };
}

/** Until the rule has done its work. */
async function retained() {
  await run('group', 'edit', 'general', '--keep', '1000');
  const client = new Sqlite(file, { readonly: true });
  const count = client.prepare('SELECT message_count FROM groups WHERE id = 2').pluck();
  while (count.get() > 2 * 1000) await pause(200);
  client.close();
}

await run('db', 'migrate');
fill(1);
fill(2);
const server = spawn(
  process.execPath,
  [program, 'serve', '--port', '0', '--data', data, '--rate', 'off', '--new-names', 'off'],
  { stdio: ['ignore', 'pipe', 'ignore'] },
);
const [printed] = await once(server.stdout, 'data');
const port = Number(/:(\d+)\n/.exec(String(printed))[1]);
const calls = await Promise.all(
  Array.from({ length: clients }, (_, number) => open(port, `member${number}`)),
);
console.log(
  `${cpus().length} cores (${cpus()[0].model}), ${Math.round(totalmem() / 1024 ** 3)} GiB, ` +
    `Node ${process.version}, ${process.platform} ${release()} ${arch()}`,
);
const rows = {};
await measure(calls, () => pause(3000));
rows.undisturbed = await measure(calls, () => pause(undisturbed));
rows['db backup'] = await measure(calls, () => run('db', 'backup', join(data, 'copy.db')));
rows['group purge --all'] = await measure(calls, () =>
  run('group', 'purge', 'main', '--all', '--yes'),
);
rows['group edit --keep 1000'] = await measure(calls, retained);
rows['db compact'] = await measure(calls, () => run('db', 'compact'));
console.table(rows);
console.log(`db check: ${(await run('db', 'check')).trim()}`);
server.kill('SIGTERM');
await once(server, 'exit');
rmSync(data, { recursive: true, force: true });
process.exit(0);
