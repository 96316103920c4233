import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { databaseFile } from '../../../src/storage/sqlite/file/open.ts';
import { boardFolder, poster, tamper } from '../../cli/seed.ts';
import { runCli, startCli } from '../../helpers/cli.ts';
import { fillDisk, smallDisk } from '../../helpers/disk.ts';
import { connect } from '../../helpers/storage.ts';
import { tempFolder } from '../../helpers/temp.ts';
import type { Night } from './night.ts';
import type { Board, Scene } from './scene.ts';

const large = 'x'.repeat(20_000);

/** Makes system calls on the files of the database fail until the test has ended. */
async function failCalls({ child, data }: Board, calls: string): Promise<void> {
  const paths = ['', '-wal'].flatMap((suffix) => ['-P', databaseFile(data) + suffix]);
  const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`];
  const strace = ['-f', '-o', '/dev/null', '-p', String(child.pid), ...paths, ...inject];
  const device = spawn('strace', strace, { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void device.kill('SIGKILL'));
  await once(device.stderr, 'data');
}

/** A board that holds messages, started again, so that none of them is in its memory. */
async function startFilled(scene: Scene, damage: (file: string) => void = () => {}) {
  const first = await scene.start();
  for (let number = 0; number < 100; number++) await scene.post(large);
  await first?.stop();
  const data = first?.data ?? '';
  damage(databaseFile(data));
  return scene.start({ data });
}

/** Overwrites the middle of a file, which holds contents of messages. */
function damageMiddle(file: string): void {
  const { size } = statSync(file);
  const open = openSync(file, 'r+');
  writeSync(open, Buffer.alloc(Math.floor(size * 0.3), 0xa5), 0, undefined, Math.floor(size * 0.4));
  closeSync(open);
}

/** Alice reads until a message cannot be read. */
async function readUntilRefused(scene: Scene): Promise<void> {
  for (let number = 1; await scene.read(number); number++);
}

/** Resolves once the child of a server, which makes a backup, is there. */
async function backupProcess({ child }: Board): Promise<number> {
  for (;;) {
    const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
    if (pid) return Number(pid);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export const nightsOfFiles: Night[] = [
  {
    title: 'the data folder is removed',
    quick: true,
    async happens(scene) {
      const board = await scene.start();
      rmSync(board?.data ?? '', { recursive: true });
    },
  },
  {
    title: 'another data folder is put in its place',
    async happens(scene) {
      const { data = '' } = (await scene.start()) ?? {};
      renameSync(data, `${data}-away`);
      mkdirSync(data);
      copyFileSync(databaseFile(`${data}-away`), databaseFile(data));
    },
  },
  {
    title: 'the lock file is removed',
    async happens(scene) {
      const board = await scene.start();
      rmSync(`${databaseFile(board?.data ?? '')}.lock`);
    },
  },
  {
    title: 'the disk is full',
    quick: true,
    needs: 'mount',
    async happens(scene) {
      const data = smallDisk(4096);
      await scene.start({ data });
      fillDisk(join(data, 'filler'));
      while (await scene.post(large));
    },
  },
  {
    title: 'the disk cannot be written',
    needs: 'strace',
    async happens(scene) {
      const board = await scene.start();
      if (board) await failCalls(board, 'pwrite64');
      await scene.post();
    },
  },
  {
    title: 'the disk cannot be read',
    needs: 'strace',
    async happens(scene) {
      const board = await startFilled(scene);
      if (board) await failCalls(board, 'pread64');
      await readUntilRefused(scene);
    },
  },
  {
    title: 'the database is damaged',
    async happens(scene) {
      await startFilled(scene, damageMiddle);
      await readUntilRefused(scene);
    },
  },
  {
    title: 'another process holds the database',
    async happens(scene) {
      const board = await scene.start();
      const other = connect(databaseFile(board?.data ?? ''));
      onTestFinished(() => void other.close());
      other.exec('BEGIN IMMEDIATE');
      await scene.post();
    },
  },
  {
    title: 'a reader holds the log of the database',
    async happens(scene) {
      const board = await scene.start();
      const reader = connect(databaseFile(board?.data ?? ''), { readonly: true });
      onTestFinished(() => void reader.close());
      reader.exec('BEGIN');
      reader.prepare('SELECT count(*) FROM messages').get();
      const full = 'x'.repeat(32 * 1024);
      for (let round = 0; round < 100; round++) {
        await Promise.all(Array.from({ length: 30 }, () => scene.post(full)));
      }
      await board?.logged('keeps its log from being emptied');
    },
  },
  {
    title: 'the clock is set ahead',
    async happens(scene) {
      const data = await boardFolder((board) => poster(board, 'alice', 'news', ['one']));
      const trusted = (Date.now() - 400 * 86_400_000) * 1000;
      tamper(data, `INSERT INTO wall_clock VALUES (1, ${trusted}, NULL)`);
      await scene.start({ data });
      // The fault was there from the start.
      scene.before = undefined;
    },
  },
  {
    title: 'the disk of the backups is full',
    needs: 'mount',
    async happens(scene) {
      const folder = smallDisk(64);
      const board = await scene.start({ args: ['--backup-dir', folder] });
      await board?.logged('the backup failed');
    },
  },
  {
    title: 'the disk of the backups is not mounted',
    async happens(scene) {
      const folder = join(tempFolder(), 'backups');
      const args = ['--backup-dir', folder];
      const first = await scene.start({ args });
      await first?.logged('backed up');
      await first?.stop();
      renameSync(folder, `${folder}-disk`);
      mkdirSync(folder);
      const board = await scene.start({ data: first?.data ?? '', args });
      await board?.logged('the backup failed');
    },
  },
  {
    title: 'a scheduled backup is killed',
    quick: true,
    needs: 'linux',
    async happens(scene) {
      const board = await scene.start({ args: ['--backup-dir', join(tempFolder(), 'b')] });
      if (board) process.kill(await backupProcess(board), 'SIGKILL');
      await board?.logged('the backup failed');
    },
  },
  {
    title: 'a backup that was begun by hand is killed',
    async happens(scene) {
      const board = await scene.start();
      const target = join(tempFolder(), 'board.db');
      const backup = ['db', 'backup', target, '--data', board?.data ?? ''];
      const { child } = startCli(backup);
      while (!existsSync(`${target}.partial`)) await new Promise((done) => setImmediate(done));
      child.kill('SIGKILL');
      await once(child, 'exit');
      // The next one is not kept out by what is left.
      expect(await runCli(backup)).toMatchObject({ code: 0 });
      expect(existsSync(`${target}.partial`)).toBe(false);
    },
  },
  {
    title: 'SIGTERM comes while a backup hangs',
    needs: 'linux',
    async happens(scene) {
      const board = await scene.start({ args: ['--backup-dir', join(tempFolder(), 'b')] });
      if (board) process.kill(await backupProcess(board), 'SIGSTOP');
      expect(await board?.stop()).toBe(0);
    },
  },
];
