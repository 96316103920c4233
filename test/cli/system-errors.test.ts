import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { runHere } from '../helpers/cli.ts';
import { canMount, fillDisk, smallDisk } from '../helpers/disk.ts';
import { has } from '../helpers/programs.ts';
import { program } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { administrationRuns } from './commands.ts';
import { boardFolder, poster } from './seed.ts';

interface Fault {
  readonly calls: string;
  readonly error: string;
  /** The paths on which it happens; all, if left out. */
  readonly paths?: string[];
}

/** Runs the program while the system fails some of its calls. */
async function runFailing(args: string[], { calls, error, paths = [] }: Fault) {
  const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`];
  const filters = paths.flatMap((path) => ['-P', path]);
  const strace = ['-f', '-qqq', '--seccomp-bpf', '-o', '/dev/null', ...filters, ...inject];
  const child = spawn('strace', [...strace, process.execPath, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], , stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code: code as number, stderr };
}

async function board(): Promise<string> {
  return boardFolder((made) => poster(made, 'alice', 'news', ['one', 'two']));
}

const faults: [what: string, fault: (place: string) => Fault, errno: string][] = [
  ['a sync fails', () => ({ calls: 'fsync,fdatasync', error: 'EIO' }), 'EIO'],
  ['a rename fails', () => ({ calls: 'rename,renameat,renameat2', error: 'ENOSPC' }), 'ENOSPC'],
  [
    'no inode is left',
    (place) => ({
      calls: 'openat',
      error: 'ENOSPC',
      paths: [`${place}.partial`, `${place}.import`],
    }),
    'ENOSPC',
  ],
];

// Strace stands in for the system.
test.skipIf(!has('strace')).each(faults)(
  'if %s, commands that write a file report it in one line with a remedy, and leave no file',
  async (_, fault, errno) => {
    const data = await board();
    const folder = tempFolder();
    const exported = join(folder, 'board.jsonl');
    await runHere(['export', exported, '--data', data]);
    const backup = join(folder, 'board.db');
    await runHere(['db', 'backup', backup, '--data', data]);
    const fresh = join(tempFolder(), 'fresh');
    const runs: [place: string, args: string[]][] = [
      [join(folder, 'new'), ['export', join(folder, 'new'), '--data', data]],
      [join(folder, 'new'), ['db', 'backup', join(folder, 'new'), '--data', data]],
      [databaseFile(data), ['db', 'restore', backup, '--yes', '--data', data]],
      [databaseFile(fresh), ['import', exported, '--data', fresh]],
    ];
    for (const [place, args] of runs) {
      const { code, stderr } = await runFailing(args, fault(place));
      expect({ args, stderr }).toEqual({
        args,
        stderr: expect.stringMatching(/^corkboard: [^\n]+\.\n$/),
      });
      expect(stderr).toMatch(
        errno === 'EIO' ? /EIO|disk I\/O error/ : /ENOSPC|unable to open|full/,
      );
      expect(stderr).not.toContain('bug');
      expect(code).toBe(1);
    }
    expect(readdirSync(folder).sort()).toEqual(['board.db', 'board.jsonl']);
    expect((await runHere(['db', 'check', '--data', data])).stdout).toBe('ok\n');
  },
);

// Some thirty processes under strace, each several times slower than alone.
test.skipIf(!has('strace'))(
  'no command reports a full disk as a bug',
  async () => {
    const data = await board();
    const file = databaseFile(data);
    const fault = { calls: 'pwrite64', error: 'ENOSPC', paths: [file, `${file}-wal`] };
    const runs = Object.entries(administrationRuns(data));
    const told = async ([name, args]: [string, string[]]) => {
      const { stderr } = await runFailing([...name.split(' '), ...args], fault);
      return { name, stderr };
    };
    // Two at a time, as there are cores.
    for (let at = 0; at < runs.length; at += 2) {
      for (const { name, stderr } of await Promise.all(runs.slice(at, at + 2).map(told))) {
        expect({ name, stderr }).toEqual({
          name,
          stderr: expect.not.stringMatching(/bug|^ +at /m),
        });
      }
    }
  },
  180_000,
);

test.skipIf(!canMount)('export and backup on a full disk say so, and leave no file', async () => {
  const data = await board();
  const disk = smallDisk(256);
  mkdirSync(join(disk, 'out'));
  fillDisk(join(disk, 'filler'));
  for (const command of [['export'], ['db', 'backup']]) {
    const { code, stderr } = await runHere([...command, join(disk, 'out', 'x'), '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^corkboard: .*(no space left on device \(ENOSPC|disk is full).*\n$/);
  }
  expect(readdirSync(join(disk, 'out'))).toEqual([]);
});

test('the error for a path that the system refuses has its code and a remedy', async () => {
  const data = await board();
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  const long = join(tempFolder(), 'x'.repeat(300));
  for (const [target, says] of [
    [join(file, 'x'), /ENOTDIR.*A part of the path is no folder/],
    [long, /ENAMETOOLONG.*Choose a shorter name/],
    [join(tempFolder(), 'no', 'x'), /ENOENT.*Check the path/],
  ] as const) {
    for (const command of [['export'], ['db', 'backup']]) {
      const { code, stderr } = await runHere([...command, target, '--data', data]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^corkboard: [^\n]*\n$/);
      expect(stderr).toMatch(says);
    }
  }
});
