// How a purge of a million messages affects members: node bench/trials/purge.ts (after npm run build).
// Prints a table; asserts nothing.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { arch, cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';
import { onLines, requestLine } from '../../test/helpers/json-lines.ts';

const clients = 50;
const messages = 1_000_000;
// Milliseconds between two requests of a client.
const breath = 20;
const undisturbed = 15_000;

const data = mkdtempSync(join(tmpdir(), 'corkboard-bench-'));
const file = join(data, 'corkboard.db');
const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [program, ...args, '--data', data]).then(
    ({ stdout }) => stdout,
  );
const pause = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time));

/** A million messages of 120 bytes in a group. */
function fill(group: number): void {
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

type Call = (method: string, params: object) => Promise<unknown>;

async function open(port: number, user: string): Promise<Call> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const waiting = new Map<number, () => void>();
  let id = 0;
  onLines(socket, (line) => {
    // Notices are not parsed: the load shares the machine with the server.
    if (!line.startsWith('{"jsonrpc":"2.0","id"')) return;
    const reply = JSON.parse(line) as { id: number };
    waiting.get(reply.id)?.();
    waiting.delete(reply.id);
  });
  const call = (method: string, params: object) =>
    new Promise<void>((resolve) => {
      waiting.set(++id, resolve);
      socket.write(requestLine(method, params, id));
    });
  await call('session.login', { user });
  await call('group.join', { group: 'main' });
  await call('group.join', { group: 'general' });
  return call;
}

/** Half of the clients post and half read, in both groups, until `work` has ended. */
async function measure(calls: Call[], work: () => Promise<unknown>) {
  const size = statSync(file).size;
  const times: Record<'post' | 'list', number[]> = { post: [], list: [] };
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
  const at = (list: number[], part: number) =>
    list.sort((a, b) => a - b)[Math.floor((list.length - 1) * part)];
  const row: Record<string, string | number> = {
    seconds: seconds.toFixed(1),
    replies: times.post.length + times.list.length,
  };
  for (const kind of ['post', 'list'] as const) {
    row[`${kind} p50 ms`] = at(times[kind], 0.5).toFixed(1);
    row[`${kind} p99 ms`] = at(times[kind], 0.99).toFixed(1);
    row[`${kind} slowest ms`] = at(times[kind], 1).toFixed(1);
  }
  const mebibytes = (bytes: number) => Math.round(bytes / 1024 ** 2);
  return { ...row, 'file MiB': `${mebibytes(size)} → ${mebibytes(statSync(file).size)}` };
}

/** Sets a rule, and waits until the server has removed what it does not keep. */
async function retained() {
  await run('group', 'edit', 'general', '--keep', '1000');
  const client = new Sqlite(file, { readonly: true });
  const count = client.prepare<[], number>('SELECT message_count FROM groups WHERE id = 2').pluck();
  while ((count.get() ?? 0) > 2 * 1000) await pause(200);
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
const port = Number(/:(\d+)\n/.exec(String(printed))?.[1]);
const calls = await Promise.all(
  Array.from({ length: clients }, (_, number) => open(port, `member${number}`)),
);
console.log(
  `${cpus().length} cores (${cpus()[0].model}), ${Math.round(totalmem() / 1024 ** 3)} GiB, ` +
    `Node ${process.version}, ${process.platform} ${release()} ${arch()}`,
);
const rows: Record<string, object> = {};
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
