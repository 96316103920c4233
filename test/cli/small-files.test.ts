import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli, runHere, startCli } from '../helpers/cli.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, poster } from './seed.ts';

const tooLong = 'is longer than 8388608 bytes';

/** A file that is far too long for what it is given as, and takes no room on the disk. */
function longFile(): string {
  const file = join(tempFolder(), 'long');
  writeFileSync(file, '', { mode: 0o600 });
  truncateSync(file, 64 * 1024 * 1024);
  return file;
}

const board = () => boardFolder((made) => poster(made, 'alice', 'news', ['one']));

test.each([
  ['a configuration', (file: string) => ['serve', '--config', file]],
  ['a certificate', (file: string) => ['serve', '--tls-cert', file, '--tls-key', file]],
  ['a password', (file: string) => ['user', 'create', 'bob', '--password-file', file]],
])(
  'a file that is much too long for %s is refused before it is read to its end',
  async (_, args) => {
    const file = longFile();
    const { code, stderr } = await runCli([...args(file), '--data', await board()]);
    expect(stderr).toContain(`${file} ${tooLong}`);
    expect(code).toBe(1);
  },
);

test('a file of trusted certificates that is too long is refused', async () => {
  const file = longFile();
  const result = await runCli(['tail', '--user', 'alice', '--tls', '--ca', file, '--no-follow']);
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining(tooLong) });
});

test('a password on standard input that does not end is refused', async () => {
  const args = ['user', 'create', 'bob', '--password-file', '-', '--data', await board()];
  const { child, result } = startCli(args, { input: null });
  // The program ends before it has read all of it.
  child.stdin.on('error', () => {});
  child.stdin.end('x'.repeat(9 * 1024 * 1024));
  expect(await result).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`input ${tooLong}`),
  });
});

test.each(['export', 'import', 'db backup', 'db restore'])(
  '%s refuses an empty file name, which an unset variable leaves',
  async (command) => {
    const { code, stderr } = await runHere([...command.split(' '), '', '--data', await board()]);
    expect(stderr).toContain('It is empty.');
    expect(code).toBe(2);
  },
);
