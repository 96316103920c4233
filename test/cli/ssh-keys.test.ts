import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseKeyLine } from '../../src/protocol/ssh-key.ts';
import { runHere } from '../helpers/cli.ts';
import { makeSshKey } from '../helpers/ssh-keys.ts';

/** What sshd replaces %t, %k and %f by. */
function tokensOf(line: string): [type: string, key: string, fingerprint: string] {
  const [type = '', key = ''] = line.split(' ');
  return [type, key, parseKeyLine(line).fingerprint];
}

test.each([['ed25519'], ['ecdsa'], ['rsa', 2048]] as const)(
  'ssh-keys lets a key of type %s run corkboard door, and nothing else',
  async (type, bits?: number) => {
    const [name, key, fingerprint] = tokensOf(makeSshKey(type, bits).line);
    const { code, stdout, stderr } = await runHere(['ssh-keys', name, key, fingerprint]);
    const command = `corkboard door --key ${fingerprint} --key-type ${name}`;
    expect({ code, stdout, stderr }).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: `restrict,pty,command="${command}" ${name} ${key}\n`,
    });
  },
);

test('ssh-keys answers nothing but a well-formed key with its fingerprint', async () => {
  const { line, file } = makeSshKey();
  const [type, key, fingerprint] = tokensOf(line);
  const [, other, otherFingerprint] = tokensOf(makeSshKey().line);
  execFileSync('ssh-keygen', [
    '-q',
    '-s',
    file,
    '-I',
    'id',
    '-n',
    'root',
    `${makeSshKey().file}.pub`,
  ]);
  for (const tokens of [
    [type, key, otherFingerprint],
    [type, other, fingerprint],
    ['ssh-rsa', key, fingerprint],
    ['ssh-ed25519-cert-v01@openssh.com', key, fingerprint],
    [type, key.slice(4), fingerprint],
    [type, `${key}"`, fingerprint],
    [type, `${key}\nssh-ed25519 ${other}`, fingerprint],
    [type, key, `${fingerprint}" id "`],
    [type, key, 'SHA256:'],
    ['', '', ''],
    ['ssh-ed25519', 'x'.repeat(100_000), fingerprint],
  ]) {
    expect(await runHere(['ssh-keys', '--', ...tokens])).toMatchObject({ code: 0, stdout: '' });
  }
});

test('no tokens make ssh-keys print anything for a key that is not well formed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), fc.string(), async (type, key, fingerprint) => {
      const { stdout } = await runHere(['ssh-keys', '--', type, key, fingerprint]);
      expect(stdout).toBe('');
    }),
    { numRuns: 50 },
  );
});

test('the folder and the program go into the command, if they can stand there', async () => {
  const tokens = tokensOf(makeSshKey().line);
  const options = ['--data', '/var/lib/corkboard', '--program', '/opt/bin/corkboard'];
  const { stdout } = await runHere(['ssh-keys', ...options, ...tokens]);
  expect(stdout).toContain(
    'command="/opt/bin/corkboard door --data /var/lib/corkboard --key SHA256:',
  );
  const wrong = await runHere(['ssh-keys', '--data', '/var/lib/a"b', ...tokens]);
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
});
