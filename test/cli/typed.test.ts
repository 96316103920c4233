import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { CliTerminal, runCli } from '../helpers/cli.ts';
import { program } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, fillMain } from './seed.ts';

// What people and editors put into arguments and files, and do not mean.

function file(content: string | Buffer, mode = 0o600): string {
  const path = join(tempFolder(), 'secret');
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

test.each([
  ['with a byte order mark', '\ufeffcorrect horse\n'],
  ['with the line end of Windows', 'correct horse\r\n'],
  ['with both', '\ufeffcorrect horse\r\n'],
])('a password file %s gives the password without them', async (_, content) => {
  const board = await TestBoard.start();
  const passwordFile = file(content);
  const created = await runCli([
    'user',
    'create',
    'alice',
    '--password-file',
    passwordFile,
    '--data',
    board.data,
  ]);
  expect(created).toMatchObject({ code: 0, stderr: '' });
  const alice = await board.protectedProgram('alice', 'correct horse');
  await alice.call('group.join', { group: 'main' });
  const posted = await runCli(
    ['post', 'main', 's', 'c', '--host', `127.0.0.1:${board.port}`, '--user', 'alice'],
    { env: { CORKBOARD_PASSWORD_FILE: passwordFile } },
  );
  expect(posted).toMatchObject({ code: 0, stderr: '' });
});

test('a password file that others can read causes a warning, and a file in Latin-1 is refused', async () => {
  const data = await boardFolder();
  const open = file('correct horse', 0o644);
  const warned = await runCli(['user', 'create', 'alice', '--password-file', open, '--data', data]);
  expect(warned).toMatchObject({
    code: 0,
    stderr: `corkboard: Warning: other users can read ${open}. Keep them out with: chmod 600 ${open}\n`,
  });
  const latin = file(Buffer.from('passe-muraille \xe9', 'latin1'));
  const refused = await runCli(['user', 'create', 'bob', '--password-file', latin, '--data', data]);
  expect(refused).toMatchObject({ code: 1, stderr: `corkboard: ${latin} is not valid UTF-8.\n` });
});

test('a new password is asked for until it is typed twice in the same way', async () => {
  const data = await boardFolder();
  const terminal = new CliTerminal(['user', 'create', 'alice', '--data', data]);
  await terminal.expect('New password: ');
  terminal.type('correct horse\r');
  await terminal.expect('The same again: ');
  terminal.type('correct house\r');
  await terminal.expect(/The two are not the same\.\s+New password: /);
  terminal.type('correct horse\r');
  await terminal.expect(/not the same\.[^>]*The same again: /);
  terminal.type('correct horse\r');
  await terminal.expect('User alice is made, with a password.');
  expect(await terminal.exited()).toBe(0);
  expect(terminal.screen).not.toMatch(/correct ho/);
});

test('an argument that is not UTF-8 is refused, but a real U+FFFD is accepted', async () => {
  const data = await boardFolder();
  const run = async (argument: string) => {
    const child = spawn(
      'sh',
      [
        '-c',
        `"$1" "$2" user create "$(printf '${argument}')" --no-password --data "$3"`,
        'sh',
        process.execPath,
        program,
        data,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const [[code], stderr] = await Promise.all([once(child, 'close'), text(child.stderr)]);
    return { code, stderr };
  };
  const broken = await run('caf\\351');
  expect(broken.code).toBe(2);
  expect(broken.stderr).toContain('"caf\ufffd" is not valid UTF-8');
  expect((await run('caf\\303\\251')).code).toBe(0);
  expect((await run('\\357\\277\\275')).stderr).toContain('cannot be a name');
});

test('the error for a text that begins with a dash says how to write it', async () => {
  const { code, stderr } = await runCli(['post', 'news', '-5 degrees', 'cold']);
  expect(code).toBe(2);
  expect(stderr).toContain('If this is no option but an argument, put -- before the arguments.');
  const board = await TestBoard.start();
  await board.memberProgram('alice');
  const posted = await runCli([
    'post',
    '--host',
    `127.0.0.1:${board.port}`,
    '--user',
    'bob',
    '--join',
    '--',
    'main',
    '-5 degrees',
    'cold',
  ]);
  expect(posted.code).toBe(0);
});

test.each([
  [{ PAGER: 'sed s/^/paged:/' }, 'paged:'],
  [{ PAGER: '' }, ''],
  [{ PAGER: 'no-such-pager-here' }, ''],
])('a list longer than the terminal is shown with $PAGER: %j', async (env, mark) => {
  const data = await boardFolder();
  fillMain(data, 100);
  const terminal = new CliTerminal(['message', 'list', 'main', '--data', data], { env });
  expect(await terminal.exited()).toBe(0);
  const lines = terminal.screen.split('\r\n').filter((line) => /\d{4}-\d\d-\d\dT/.test(line));
  expect(lines).toHaveLength(100);
  expect(lines.every((line) => line.startsWith('paged:'))).toBe(mark !== '');
});

test('a short list and a list in a pipe are printed without a pager', async () => {
  const data = await boardFolder();
  const env = { PAGER: 'sed s/^/paged:/' };
  const terminal = new CliTerminal(['group', 'list', '--data', data], { env });
  expect(await terminal.exited()).toBe(0);
  expect(terminal.screen).not.toContain('paged:');
  fillMain(data, 100);
  const piped = await runCli(['message', 'list', 'main', '--data', data], { env });
  expect(piped.stdout).not.toContain('paged:');
});
