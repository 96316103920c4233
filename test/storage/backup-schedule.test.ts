import { EventEmitter, once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import {
  type BackupPlan,
  BackupSchedule,
} from '../../src/storage/sqlite/copies/backup-schedule.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { program } from '../helpers/server.ts';
import { connect, newFile, openBoard } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';

const hour = 3_600_000;
const ownName = /^corkboard-.*Z\.db$/;

/** A schedule beside a board in use, whose log lines come as events. */
function schedule(plan: Partial<BackupPlan> = {}, data = dirname(openBoard().file)) {
  const folder = join(tempFolder(), 'backups');
  const lines = new EventEmitter();
  const log = pino(
    { base: null },
    { write: (line: string) => lines.emit('line', JSON.parse(line)) },
  );
  const start = () => {
    const started = new BackupSchedule(
      data,
      { folder, every: hour, keep: 2, program, ...plan },
      log,
    );
    onTestFinished(() => started.close());
    return started;
  };
  const logged = async () => (await once(lines, 'line'))[0] as Record<string, unknown>;
  return { folder: plan.folder ?? folder, start, logged, data };
}

/** A program that runs for ever, in place of the one that makes backups. */
function script(behaviour: string, sign = newFile()): string {
  const file = join(tempFolder(), 'hanging.mjs');
  const tell = `writeFileSync(${JSON.stringify(`${sign}.new`)}, String(process.pid));
    renameSync(${JSON.stringify(`${sign}.new`)}, ${JSON.stringify(sign)});`;
  writeFileSync(
    file,
    `import { renameSync, writeFileSync } from 'node:fs';
     setInterval(() => {}, 1000);
     ${behaviour.includes('SIGSTOP') ? `${tell} ${behaviour}` : `${behaviour}; ${tell}`};`,
  );
  return file;
}

/** A file that looks like a backup of that many hours ago. */
function backupFrom(folder: string, hoursAgo: number): string {
  const time = new Date(Date.now() - hoursAgo * hour).toISOString().slice(0, 19);
  const name = `corkboard-${time.replaceAll(':', '-')}Z.db`;
  writeFileSync(join(folder, name), 'old');
  return name;
}

test('backups may be more than a month apart, which is longer than a timer can wait', async () => {
  const { start, logged } = schedule({ every: 40 * 24 * hour });
  start();
  expect(await logged()).toMatchObject({ msg: 'backed up' });
});

test('a backup is made at once if there is none, checked, and logged with its size and duration', async () => {
  const { folder, start, logged } = schedule();
  const running = start();
  const line = await logged();
  expect(line).toMatchObject({ level: 30, msg: 'backed up', size: expect.any(Number) });
  expect(line.duration).toEqual(expect.any(Number));
  const [name = ''] = readdirSync(folder).filter((name) => ownName.test(name));
  expect(line.backup).toBe(join(folder, name));
  const copy = connect(join(folder, name), { journal: 'unchanged' });
  expect(healthChecks.flatMap((check) => problemsOf(check, copy))).toEqual([]);
  copy.close();
  await running.close();
  // Started again within the hour, it makes no other.
  await start().close();
  expect(readdirSync(folder).sort()).toEqual(['.corkboard-backups', name]);
});

test('the oldest backups are deleted once a new one is complete, and no other files are', async () => {
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
  expect(names).toHaveLength(others.length + 3);
});

test('a failed backup is logged, and neither stops the schedule nor deletes an older backup', async () => {
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
  expect(await line).toMatchObject({
    level: 50,
    err: {
      message: expect.stringMatching(/^corkboard: .*\(ENOTDIR, .*A part of the path is no folder/),
    },
  });
  expect(running.status).toMatchObject({ last: undefined, failures: 1 });
  await running.close();
});

test('a folder whose disk is not mounted gets no copy, and is used again with its disk', async () => {
  const { folder, start, logged } = schedule();
  const first = start();
  expect(await logged()).toMatchObject({ msg: 'backed up' });
  const { last } = first.status;
  await first.close();
  // As the mount point looks without its disk: there, and empty; or not there at all.
  renameSync(folder, `${folder}-disk`);
  for (const isThere of [true, false]) {
    if (isThere) mkdirSync(folder);
    const without = start();
    const { level, err } = (await logged()) as { level: number; err: { message: string } };
    expect(level).toBe(50);
    expect(err.message).toMatch(
      /is not the folder that had the backups before.*Is its disk mounted\?/,
    );
    expect(without.status).toMatchObject({ last: undefined, failure: err.message, failures: 1 });
    await without.close();
    expect(existsSync(folder) ? readdirSync(folder) : 'missing').toEqual(isThere ? [] : 'missing');
    rmSync(folder, { recursive: true, force: true });
  }
  renameSync(`${folder}-disk`, folder);
  const again = start();
  await expect.poll(() => again.status.last, { timeout: 30_000 }).toBe(last);
  expect(again.status).toMatchObject({ failure: undefined, failures: 0 });
  await again.close();
});

test('a schedule that is given another folder begins there', async () => {
  const { start, logged, data } = schedule();
  const first = start();
  await logged();
  await first.close();
  const other = schedule({ folder: join(tempFolder(), 'other') }, data);
  const second = other.start();
  expect(await other.logged()).toMatchObject({ msg: 'backed up' });
  await second.close();
});

test('a backup that takes too long is ended, even if it ignores signals or is stopped', async () => {
  for (const behaviour of [
    "process.on('SIGTERM', () => {})",
    "process.kill(process.pid, 'SIGSTOP')",
  ]) {
    const { start, logged } = schedule({ program: script(behaviour), limit: 1000 });
    const running = start();
    const { err } = (await logged()) as { err: { message: string } };
    expect(err.message).toBe('it took longer than 1 s, and was ended');
    await running.close();
  }
});

test('closing ends a backup that is stopped or hears no SIGTERM, within three seconds', async () => {
  for (const behaviour of [
    "process.on('SIGTERM', () => {})",
    "process.kill(process.pid, 'SIGSTOP')",
  ]) {
    const sign = newFile();
    const { start } = schedule({ program: script(behaviour, sign) });
    const running = start();
    while (!existsSync(sign)) await new Promise((resolve) => setImmediate(resolve));
    const pid = Number(readFileSync(sign, 'utf8'));
    // A close that waited for the program would never end.
    await running.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  }
});

test('a backup with a date in the future neither delays the next backup nor deletes older ones', async () => {
  const { folder, start, logged } = schedule({ keep: 1 });
  mkdirSync(folder);
  const ahead = backupFrom(folder, -48);
  start();
  const { msg, backup } = await logged();
  expect(msg).toBe('backed up');
  const own = readdirSync(folder).filter((name) => ownName.test(name));
  expect(own.map((name) => join(folder, name))).toEqual([backup, join(folder, ahead)]);
});

test('closing ends a backup that is under way, and leaves nothing of it', async () => {
  const sign = newFile();
  const hanging = script("process.on('SIGTERM', () => process.exit(130))", sign);
  const { folder, start } = schedule({ program: hanging });
  const running = start();
  while (!existsSync(sign)) await new Promise((resolve) => setImmediate(resolve));
  await running.close();
  expect(existsSync(folder)).toBe(false);
});
