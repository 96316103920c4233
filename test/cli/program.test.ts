import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { runCli, runHere, runJson } from '../helpers/cli.ts';
import { program } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, fillMain } from './seed.ts';

const manifest = new URL('../../package.json', import.meta.url);

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([[['--help']], [['help']], [['group', '--help']], [['help', 'group']]])(
  'requested help goes to standard output, with examples: %j',
  async (args) => {
    const { code, stdout, stderr } = await runHere(args);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: corkboard');
    expect(stdout).toContain('Examples:\n  $ corkboard');
    expect(stderr).toBe('');
  },
);

test.each([[[]], [['group']], [['user']], [['message']], [['db']]])(
  'an incomplete command prints help on standard error and is wrong usage: %j',
  async (args) => {
    const { code, stdout, stderr } = await runHere(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: corkboard');
  },
);

test.each([
  { args: ['grop'], says: "unknown command 'grop'\n(Did you mean group?)" },
  { args: ['group', 'lst'], says: "unknown command 'lst'\n(Did you mean list?)" },
  { args: ['db', 'check', '--jsn'], says: "unknown option '--jsn'\n(Did you mean --json?)" },
  { args: ['group', 'show'], says: "missing required argument 'group'" },
  { args: ['group', 'list', 'main'], says: 'too many arguments' },
  { args: ['group', 'edit', 'main'], says: 'give what to change, such as --description' },
  { args: ['group', 'edit', 'main', '--keep', '0'], says: 'a whole number from 1 up' },
  { args: ['group', 'edit', 'main', '--max-age', '36h'], says: 'an age in whole days' },
  { args: ['message', 'list', 'main', '--limit', '0'], says: 'a whole number from 1 to 1000' },
  { args: ['message', 'list', 'main', '--before', 'x'], says: 'a whole number from 1 up' },
  { args: ['message', 'show', 'main', '1.5'], says: 'a whole number from 1 up' },
  { args: ['message', 'delete', 'main', '1', 'two'], says: 'a whole number from 1 up' },
])('wrong usage says what to do and exits with 2: $args', async ({ args, says }) => {
  const { code, stdout, stderr } = await runHere(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`corkboard: `);
  expect(stderr).toContain(says);
});

test('the data folder is --data, or CORKBOARD_DATA, or data in the working directory', async () => {
  const data = await boardFolder();
  const list = ['group', 'list', '--json'];
  const { stdout } = await runCli([...list, '--data', data]);
  expect((await runCli(list, { env: { CORKBOARD_DATA: data } })).stdout).toBe(stdout);
  expect((await runCli(list, { cwd: join(data, '..') })).stdout).toBe(stdout);
});

test('a file that is not a database is refused in one line', async () => {
  const data = tempFolder();
  writeFileSync(join(data, 'corkboard.db'), 'this is no database, whatever it is called');
  const { code, stderr } = await runCli(['group', 'list', '--data', data]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^corkboard: .* is damaged or is not a database .*\n$/);
});

test('a command does not fail because its reader closes the pipe early', async () => {
  const data = await boardFolder();
  fillMain(data, 1000);
  const args = [program, 'message', 'list', 'main', '--limit', '1000', '--data', data];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [[code], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
  expect(code).toBe(0);
  expect(stderr).not.toContain('corkboard:');
  expect(stderr).not.toContain('EPIPE');
});

test.skipIf(!existsSync('/dev/full'))(
  'a command whose output does not fit on the disk fails with one line',
  async () => {
    const data = await boardFolder();
    const redirected = ['-c', 'exec "$@" > /dev/full', 'sh', process.execPath, program];
    const child = spawn('sh', [...redirected, 'group', 'list', '--data', data]);
    const [[code], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^corkboard: Cannot write to standard output: [^\n]*no space left[^\n]*\n$/,
    );
  },
);

test.skipIf(!existsSync('/dev/full'))(
  'a command that cannot print its result says on standard error what it changed',
  async () => {
    const board = await TestBoard.start();
    const data = await boardFolder();
    const to = ['--host', '127.0.0.1', '--port', String(board.port), '--user', 'alice', '--join'];
    for (const [args, done] of [
      [['post', 'main', 'Build 7', 'passed', ...to], 'Message 1 posted in main.'],
      [['group', 'create', 'builds', '--data', data], 'Group builds is made'],
    ] as const) {
      const redirected = ['-c', 'exec "$@" > /dev/full', 'sh', process.execPath, program];
      const child = spawn('sh', [...redirected, ...args]);
      const [[code], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
      expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 1, lines: 2 });
      expect(stderr).toContain('no space left');
      expect(stderr).toContain(done);
    }
  },
);

test('--json prints one document and nothing else', async () => {
  const data = await boardFolder();
  expect(await runJson(['group', 'list', '--data', data])).toHaveLength(5);
});

test('an error shows the control characters of an argument as symbols, whatever refuses it', async () => {
  const data = await boardFolder();
  for (const args of [
    ['\x1b[31m'],
    ['group', '\x1b[31m'],
    ['group', 'list', '--\x1b[31m'],
    ['message', 'list', 'main', '--limit', '\x1b[31m', '--data', data],
    ['ban', 'add', '\x1b[31m', '--data', data],
    ['user', 'show', '\x1b[31m', '--data', data],
    ['group', 'list', '--data', '/no\x1b[31m'],
  ]) {
    const { code, stderr } = await runCli(args);
    expect(code, stderr).not.toBe(0);
    expect(stderr).toContain('␛[31m');
    expect(stderr).not.toContain('\x1b');
  }
});
