import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { runCli, runHere, runJson } from '../helpers/cli.ts';
import { has } from '../helpers/programs.ts';
import { makeSshKey } from '../helpers/ssh-keys.ts';
import { login } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
import { keyLine, provenKey, vouchedPeer } from '../helpers/vouched-peer.ts';
import { boardFolder } from './seed.ts';

/** A board with a user alice, who has no password. */
function withAlice(): Promise<string> {
  return boardFolder((board) => login(board, 'alice'));
}

test('user keys adds a key from a line, a file or standard input, lists and removes it', async () => {
  const data = await withAlice();
  const run = (...args: string[]) => runHere(['user', 'keys', 'alice', ...args, '--data', data]);
  expect((await run()).stdout).toBe('User alice has no SSH key.\n');
  const [line, file, input] = ['line', 'file', 'input'].map(keyLine) as [
    ReturnType<typeof keyLine>,
    ReturnType<typeof keyLine>,
    ReturnType<typeof keyLine>,
  ];
  const path = join(tempFolder(), 'id.pub');
  writeFileSync(path, `${file.line}\n`);
  const added = (fingerprint: string) =>
    `The name alice is protected by the SSH key ${fingerprint}.\n`;
  expect((await run('--add', line.line)).stdout).toBe(added(line.fingerprint));
  expect((await run('--add', path)).stdout).toBe(added(file.fingerprint));
  const piped = await runCli(['user', 'keys', 'alice', '--add', '-', '--data', data], {
    input: input.line,
  });
  expect(piped.stdout).toBe(added(input.fingerprint));
  const { stdout } = await run();
  expect(stdout).toMatch(
    /^FINGERPRINT +TYPE +COMMENT +ADDED +LAST USED\nSHA256:\S{43} {2}ssh-ed25519 {2}line .*Z {2}never\n/,
  );
  const shown = await runCli(['user', 'show', 'alice', '--data', data]);
  expect(shown.stdout).toMatch(/\nPassword +no\nSSH keys +3\n.*\nFINGERPRINT/s);
  expect((await run('--remove', 'SHA256:')).stderr).toContain(
    'alice has several SSH keys that begin like that:',
  );
  expect((await run('--remove', 'xyz')).stderr).toBe('corkboard: alice has no SSH key xyz.\n');
  const beginning = line.fingerprint.slice(0, 20);
  expect((await run('--remove', beginning)).stdout).toBe(
    `The SSH key ${line.fingerprint} of alice is removed.\n`,
  );
  await run('--remove', file.fingerprint);
  expect(
    await runJson(['user', 'keys', 'alice', '--remove', input.fingerprint, '--data', data]),
  ).toMatchObject({ fingerprint: input.fingerprint, protected: false, lastUsedAt: null });
});

test('user keys says what is wrong with a key, a file and a user, and changes nothing', async () => {
  const data = await withAlice();
  const run = (user: string, given: string) =>
    runHere(['user', 'keys', user, '--add', given, '--data', data]);
  const { line } = keyLine('a');
  const missing = await run('alice', join(data, 'nothing.pub'));
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain('The key could not be read: ENOENT');
  expect((await run('alice', 'ssh-dss AAAA')).stderr).toContain('DSA keys are too weak');
  expect((await run('nobody', line)).stderr).toBe('corkboard: There is no user nobody.\n');
  const both = ['user', 'keys', 'alice', '--add', line, '--remove', 'x', '--data', data];
  expect((await runHere(both)).code).toBe(2);
  expect(await runJson(['user', 'keys', 'alice', '--data', data])).toEqual([]);
});

test.skipIf(!has('ssh-keygen') && !process.env.CI)(
  'a private key that is given by mistake is refused, and not printed',
  async () => {
    const data = await withAlice();
    const { file } = makeSshKey();
    const { code, stderr } = await runHere([
      'user',
      'keys',
      'alice',
      '--add',
      file,
      '--data',
      data,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/it is a private key.*ends in \.pub/);
    expect(stderr).not.toContain('b3BlbnNzaC1rZXk');
  },
);

test('beside a server, a removed key ends the sessions that came by it', async () => {
  const board = await TestBoard.start();
  const key = provenKey('laptop');
  const peer = await vouchedPeer(board);
  const { token } = await peer.call('door.login', { user: 'alice', key, create: true });
  const args = ['user', 'keys', 'alice', '--remove', key.fingerprint, '--data', board.data];
  const { stdout } = await runHere(args);
  expect(stdout).toBe(
    `The SSH key ${key.fingerprint} of alice is removed. Nothing protects the name now: anyone can use it.\n`,
  );
  await peer.until(() => peer.ended || undefined);
  expect(peer.received.at(-1)).toMatchObject({
    params: { code: 'EXPELLED', reason: 'The operator has removed your SSH key. Log in again.' },
  });
  const late = await board.connectProgram();
  expect((await late.errorOf('session.resume', { token })).word).toBe('TOKEN_INVALID');
});

test('without a password, a name with an SSH key stays protected', async () => {
  const data = await withAlice();
  const run = (...args: string[]) => runHere(['user', ...args, '--data', data]);
  await run('keys', 'alice', '--add', keyLine('a').line);
  expect((await run('password', 'alice', '--no-password')).stdout).toBe(
    'The name alice has no password now. Its SSH keys protect it.\n',
  );
  expect((await run('list')).stdout).toMatch(/alice .* protected\n/);
});

test('a key that its user has added as a line is shown as not confirmed, and moves with the board', async () => {
  const board = await TestBoard.start();
  const { line, fingerprint } = keyLine('laptop');
  for (const user of ['alice', 'mallory']) {
    const peer = await board.connectProgram();
    await peer.call('session.login', { user });
    await peer.call('account.addKey', { line });
  }
  await board.stop();
  const file = join(tempFolder(), 'board.jsonl');
  await runHere(['export', file, '--data', board.data]);
  const moved = tempFolder();
  expect((await runHere(['import', file, '--data', moved])).code).toBe(0);
  expect((await runHere(['db', 'check', '--data', moved])).code).toBe(0);
  const keys = (...args: string[]) => ['user', 'keys', 'mallory', ...args, '--data', moved];
  expect((await runHere(keys())).stdout).toMatch(
    /^FINGERPRINT.*\nSHA256:\S{43} {2}ssh-ed25519 {2}laptop .*Z {2}not confirmed\n$/,
  );
  expect(await runJson(keys())).toMatchObject([{ fingerprint, confirmed: false }]);
  expect(await runJson(keys('--remove', fingerprint))).toMatchObject({ protected: false });
  // Adding it as the operator confirms it, and ends what others have claimed.
  expect(await runJson(keys('--add', line))).toMatchObject({ confirmed: true, protected: true });
  expect(await runJson(['user', 'keys', 'alice', '--data', moved])).toEqual([]);
});
