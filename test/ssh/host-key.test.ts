import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureHostKey } from '../../src/ssh/host-key.ts';
import { loadSsh2, newPrivateKey } from '../../src/ssh/load.ts';
import { boardFolder } from '../cli/seed.ts';
import { runHere } from '../helpers/cli.ts';
import { tempFolder } from '../helpers/temp.ts';
import { lacks, makeKey } from './support.ts';

const none = lacks('ssh-keygen');

/** A board with a host key that ssh-keygen made. */
async function withKey() {
  const data = await boardFolder();
  const file = join(data, 'ssh_host_ed25519_key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return { data, file };
}

test.skipIf(none)('ssh fingerprint prints what ssh-keygen prints of the same key', async () => {
  const { data, file } = await withKey();
  const { stdout } = await runHere([
    'ssh',
    'fingerprint',
    '--host',
    'board.example',
    '--data',
    data,
  ]);
  const [fingerprint, knownHosts, ...sshfp] = stdout.trim().split('\n');
  const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { encoding: 'utf8' });
  expect(keygen('-l', '-f', file).split(' ')[1]).toBe(fingerprint);
  const [type, blob] = keygen('-y', '-f', file).split(' ');
  expect(knownHosts).toBe(`board.example ${type} ${blob?.trim()}`);
  expect(sshfp.join('\n')).toBe(keygen('-r', 'board.example', '-f', file).trim());
});

test('ssh fingerprint says how a board gets a host key', async () => {
  const data = await boardFolder();
  const { code, stderr } = await runHere(['ssh', 'fingerprint', '--data', data]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('serve --ssh <port>'),
  });
});

test.skipIf(none)(
  'a restore says that the host key is missing, if people come over SSH',
  async () => {
    const { data, file } = await withKey();
    const copy = join(tempFolder(), 'copy.db');
    const restore = async () => {
      const { stderr } = await runHere(['db', 'restore', copy, '--yes', '--data', data]);
      return stderr;
    };
    const backUp = () => runHere(['db', 'backup', copy, '--yes', '--data', data]);
    await runHere(['user', 'create', 'alice', '--no-password', '--data', data]);
    await backUp();
    const key = readFileSync(file);
    rmSync(file);
    expect(await restore()).toBe('');
    await runHere(['user', 'keys', 'alice', '--add', `${makeKey().file}.pub`, '--data', data]);
    await backUp();
    expect(await restore()).toContain(`copy it to ${file}`);
    writeFileSync(file, key, { mode: 0o600 });
    expect(await restore()).toBe('');
  },
);

test.skipIf(none)('no command overwrites a host key, whatever path leads to it', async () => {
  const { data, file } = await withKey();
  const key = readFileSync(file);
  const link = join(tempFolder(), 'innocent');
  linkSync(file, link);
  for (const target of [file, link, `${data}/../${data.split('/').at(-1)}/ssh_host_ed25519_key`]) {
    for (const command of [
      ['export', target, '--force'],
      ['db', 'backup', target, '--yes'],
    ]) {
      expect(await runHere([...command, '--data', data])).toMatchObject({ code: 1 });
    }
  }
  expect(readFileSync(file)).toEqual(key);
});

test.skipIf(none)(
  'a host key that another process made at the same moment is used and kept',
  async () => {
    const { file } = await withKey();
    const other = readFileSync(file);
    rmSync(file);
    const used = ensureHostKey(
      file,
      () => 'a second key',
      () => execFileSync('sh', ['-c', `umask 077; cat > ${file}`], { input: other }),
    );
    expect(used).toEqual(other);
  },
);

test('each new host key can be read', async () => {
  const library = await loadSsh2();
  let broken = 0;
  const { generateKeyPairSync, parseKey } = library.utils;
  const utils = {
    parseKey,
    generateKeyPairSync: () => {
      const made = generateKeyPairSync('ed25519');
      return broken++ < 3
        ? { ...made, private: made.private.replace(/\n.{8}/, '\nAAAAAAAA') }
        : made;
    },
  };
  const key = newPrivateKey({ ...library, utils } as unknown as typeof library);
  expect(broken).toBeGreaterThan(3);
  expect(library.utils.parseKey(key)).not.toBeInstanceOf(Error);
});
