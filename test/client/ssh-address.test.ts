import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { addressOf, formatAddress, sshTargetOf } from '../../src/protocol/address.ts';
import { tempFolder } from '../helpers/temp.ts';

/** A program in place of ssh: it writes down its arguments, and then does what `script` says. */
function fakeSsh(script: string): { args: () => string[]; ran: () => boolean } {
  const folder = tempFolder();
  const file = join(folder, 'args');
  const text = `#!/bin/sh\nprintf '%s\\n' "$@" > '${file}'\n${script}\n`;
  writeFileSync(join(folder, 'ssh'), text, { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  onTestFinished(() => {
    process.env.PATH = PATH;
  });
  return {
    args: () => readFileSync(file, 'utf8').trim().split('\n'),
    ran: () => existsSync(file),
  };
}

test.each([
  ['ssh://board', undefined, 'ssh://board'],
  ['ssh://alice@board.example:2222', undefined, 'ssh://alice@board.example:2222'],
  ['ssh://board.example/', 2222, 'ssh://board.example:2222'],
  ['ssh://[2001:db8::1]:22', undefined, 'ssh://[2001:db8::1]:22'],
])('%s with port %s is the address %s', (text, port, written) => {
  const address = addressOf(text, port);
  expect(formatAddress(address)).toBe(written);
});

test.each([
  'ssh://-oProxyCommand=id',
  'ssh://-l@board',
  'ssh://--@board',
  'ssh://alice@-board',
  'ssh://',
  'ssh://@board',
  'ssh://board;id',
  'ssh://$(id)@board',
  'ssh://`id`',
  'ssh://a b@board',
  'ssh://board:0',
  'ssh://board:99999',
  'ssh://board:22:22',
  'ssh://[nothing]',
  'ssh://board/path',
  'ssh://al\nice@board',
])('%j is refused, and ssh is not run', async (host) => {
  const ssh = fakeSsh('exit 0');
  await expect(connect({ host })).rejects.toThrow('it takes ssh://[user@]host[:port]');
  expect(ssh.ran()).toBe(false);
});

test('no text makes a host or a user that ssh would take for an option or a shell for a command', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const target = sshTargetOf(`ssh://${text}`);
      if (!target) return;
      expect(target.host).toMatch(/^[^-\s;&|<>$`'"\\(){}*?!]/u);
      for (const word of [target.host, target.user ?? 'x']) {
        expect(word).not.toMatch(/^-|[\s;&|<>$`'"\\(){}*?!]/u);
      }
    }),
    { numRuns: 2000 },
  );
});

test('ssh is run with nothing forwarded, and with the host after --', async () => {
  const ssh = fakeSsh('echo "Permission denied (publickey)." >&2; exit 255');
  const failed = connect({ host: 'ssh://alice@board.example:2222' });
  await expect(failed).rejects.toThrow('ssh: Permission denied (publickey).');
  expect(ssh.args()).toEqual([
    ...['-T', '-a', '-x', '-o', 'ClearAllForwardings=yes'],
    ...['-p', '2222', '-l', 'alice', '--', 'board.example', 'rpc'],
  ]);
});

test.each([
  [
    'echo "a banner" >&2; echo "Host key verification failed." >&2; exit 255',
    'ssh: Host key verification failed.',
  ],
  ['printf "bad \\033[31mcolour" >&2; exit 255', 'ssh: bad '],
  [
    'echo "corkboard: This board does not know your SSH key." >&2; exit 1',
    'ssh: corkboard: This board does not know',
  ],
  ['echo "sh: rpc: not found" >&2; exit 127', 'ssh: sh: rpc: not found'],
  ['exit 255', 'ssh ended with exit code 255.'],
  ['kill -9 $$', 'ssh was ended by SIGKILL.'],
])('if ssh does %j, the error is its last line', async (script, message) => {
  fakeSsh(script);
  const error = await connect({ host: 'ssh://board' }).catch((error) => error);
  expect(error.name).toBe('ConnectionError');
  expect(error.message).toContain(message);
  expect(error.message).not.toContain('\x1b');
});

test('without ssh, the error says what to install', async () => {
  const { PATH } = process.env;
  process.env.PATH = tempFolder();
  onTestFinished(() => {
    process.env.PATH = PATH;
  });
  await expect(connect({ host: 'ssh://board' })).rejects.toThrow('Install the OpenSSH client.');
});

test('over anything but ssh, a program has to say who its user is', async () => {
  await expect(connect({ host: '127.0.0.1' })).rejects.toThrow(TypeError);
});
