import { EventEmitter, once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type BackupPlan, BackupSchedule } from '../../src/storage/backup-schedule.ts';
import { healthChecks, problemsOf } from '../../src/storage/health.ts';
import { program } from '../helpers/server.ts';
import { connect, newFile, openBoard } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';

const hour = 3_600_000;
const ownName = /^corkboard-.*Z\.db$/;

/** A schedule beside a board in use, whose log lines come as events. */
function schedule(plan: Partial<BackupPlan> = {}) {
  const { file } = openBoard();
  const folder = join(tempFolder(), 'backups');
  const lines = new EventEmitter();
  const log = pino(
    { base: null },
    { write: (line: string) => lines.emit('line', JSON.parse(line)) },
  );
  const start = () => {
    const started = new BackupSchedule(
      dirname(file),
      { folder, every: hour, keep: 2, program, ...plan },
      log,
    );
    onTestFinished(() => started.close());
    return started;
  };
  const logged = async () => (await once(lines, 'line'))[0] as Record<string, unknown>;
  return { folder, start, logged };
}

/** A file that looks like a backup of that many hours ago. */
function backupFrom(folder: string, hoursAgo: number): string {
  const time = new Date(Date.now() - hoursAgo * hour).toISOString().slice(0, 19);
  const name = `corkboard-${time.replaceAll(':', '-')}Z.db`;
  writeFileSync(join(folder, name), 'old');
  return name;
}

test('a backup is made at once where none is, checked, and logged with its size and duration', async () => {
  const { folder, start, logged } = schedule();
  const running = start();
  const line = await logged();
  expect(line).toMatchObject({ level: 30, msg: 'backed up', size: expect.any(Number) });
  expect(line.duration).toEqual(expect.any(Number));
  const [name = ''] = readdirSync(folder);
  expect(line.backup).toBe(join(folder, name));
  const copy = connect(join(folder, name), { journal: 'unchanged' });
  expect(healthChecks.flatMap((check) => problemsOf(check, copy))).toEqual([]);
  copy.close();
  await running.close();
  // Started again within the hour, it makes no other.
  await start().close();
  expect(readdirSync(folder)).toEqual([name]);
});

test('the oldest of its own go once a new one is whole, and nothing else ever does', async () => {
  const { folder, start, logged } = schedule();
  mkdirSync(folder);
  const [third, second] = [backupFrom(folder, 3), backupFrom(folder, 2)];
  const others = ['board.db', 'corkboard.db', `${third}.kept`, 'corkboard-2026-01-01Z.db'];
  for (const name of others) writeFileSync(join(folder, name), 'not its own');
  writeFileSync(join(folder, `${third}.partial`), 'cut short');
  start();
  expect(await logged()).toMatchObject({ msg: 'backed up' });
  const names = readdirSync(folder);
  expect(names).toEqual(expect.arrayContaining([...others, second]));
  expect(names).toHaveLength(others.length + 2);
});

test('a failure is logged, ends nothing, and costs no older backup', async () => {
  const { folder, start, logged } = schedule({ program: join(tempFolder(), 'missing.js') });
  mkdirSync(folder);
  const names = [3, 2, 1.5].map((hours) => backupFrom(folder, hours));
  start();
  expect(await logged()).toMatchObject({
    level: 50,
    msg: 'the backup failed; trying again',
    err: { message: expect.stringContaining('missing.js') },
  });
  expect(readdirSync(folder).sort()).toEqual([...names].sort());
});

test('a folder that cannot be read is logged, and ends neither the schedule nor its closing', async () => {
  const folder = newFile();
  writeFileSync(folder, 'no folder');
  const { start, logged } = schedule({ folder });
  const line = logged();
  const running = start();
  expect(await line).toMatchObject({ level: 50, err: { code: 'ENOTDIR' } });
  await running.close();
});

test('a backup that is dated ahead keeps none from being made, and costs none', async () => {
  const { folder, start, logged } = schedule({ keep: 1 });
  mkdirSync(folder);
  const ahead = backupFrom(folder, -48);
  start();
  const { msg, backup } = await logged();
  expect(msg).toBe('backed up');
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([
    backup,
    join(folder, ahead),
  ]);
});

test('closing ends a backup that is under way, and leaves nothing of it', async () => {
  const hanging = join(tempFolder(), 'hanging.mjs');
  const sign = newFile();
  writeFileSync(
    hanging,
    `import { writeFileSync } from 'node:fs';
     process.on('SIGTERM', () => process.exit(130));
     writeFileSync(${JSON.stringify(sign)}, '');
     setInterval(() => {}, 1000);`,
  );
  const { folder, start } = schedule({ program: hanging });
  const running = start();
  while (!existsSync(sign)) await new Promise((resolve) => setImmediate(resolve));
  await running.close();
  expect(readdirSync(folder).filter((name) => ownName.test(name))).toEqual([]);
});
