// The time and memory to move a board: node bench/trials/moving.ts (after npm run build).
// Exports a board, imports that into an empty one, exports that, and compares; prints a table.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Maker, makeBoard } from '../lib/boards.ts';
import { machine } from '../lib/report.ts';

const sizes = [100_000, 1_000_000];
const users = 1000;
const groups = 10;
// Microseconds since the epoch, and between two messages.
const epoch = 1_500_000_000_000_000;
const apart = 1000;
// Milliseconds between two reads of a process's peak memory, which the system keeps.
const look = 20;

const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;

/** Messages of 120 bytes from all users in turn, in all groups in turn. */
function fill(maker: Maker, messages: number): void {
  const firstUser = maker.users(users);
  const firstGroup = maker.groups(groups);
  for (let user = 0; user < users; user++)
    maker.member(firstGroup + (user % groups), firstUser + user);
  maker.run(
    `INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, post_key, milestone)
     WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${messages})
     SELECT ${firstGroup} + i % ${groups}, i / ${groups} + 1, ${firstUser} + i % ${users},
       ${epoch} + i * ${apart}, 'subject ' || i, printf('%.*c', 120, 'x'), 'key ' || i,
       iif((i / ${groups} + 1) % 64, NULL, 1) FROM n`,
  );
  maker.run(
    `UPDATE groups SET last_number = ${messages / groups}, message_count = ${messages / groups}
     WHERE id >= ${firstGroup}`,
  );
}

interface Measured {
  readonly seconds: number;
  /** The maximum of the resident memory, in bytes. */
  readonly memory: number;
}

/** Runs a command of the program. */
async function measure(...args: string[]): Promise<Measured> {
  const start = performance.now();
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let memory = 0;
  const watch = setInterval(() => {
    memory = Math.max(memory, peak(child.pid ?? 0));
  }, look);
  const [code] = await once(child, 'exit');
  clearInterval(watch);
  if (code !== 0) throw new Error(`${args.join(' ')}: exit ${code}`);
  return { seconds: (performance.now() - start) / 1000, memory };
}

function peak(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    // The process has ended.
    return 0;
  }
}

const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);

async function move(messages: number, folder: string) {
  mkdirSync(folder);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  const [first, second] = [join(folder, 'first.jsonl'), join(folder, 'second.jsonl')];
  const file = makeBoard(from, (maker) => fill(maker, messages));
  const steps = {
    export: await measure('export', first, '--data', from),
    import: await measure('import', first, '--data', to),
    'export again': await measure('export', second, '--data', to),
  };
  execFileSync('cmp', [first, second]);
  const sizes = { board: mebibytes(statSync(file).size), text: mebibytes(statSync(first).size) };
  return Object.entries(steps).map(([step, { seconds, memory }]) => ({
    step,
    messages,
    'board MiB': sizes.board,
    'export MiB': sizes.text,
    seconds: seconds.toFixed(1),
    'messages/s': Math.round(messages / seconds),
    'peak memory MiB': mebibytes(memory),
  }));
}

const folder = mkdtempSync(join(tmpdir(), 'corkboard-bench-'));
console.log(machine());
const rows: object[] = [];
for (const messages of sizes) rows.push(...(await move(messages, join(folder, String(messages)))));
console.table(rows);
console.log('Both exports are the same to the byte.');
rmSync(folder, { recursive: true, force: true });
