import { expect, test } from 'vitest';
import { lacks, makeKey, run, startSsh, typing } from './support.ts';

const noSsh = lacks('ssh', 'ssh-keygen');

/** The first line of the visitor: whom the server let in. */
function identity(stdout: string): unknown {
  return JSON.parse(stdout.slice(0, stdout.indexOf('\n')));
}

test.skipIf(noSsh)('a known key logs its owner in, whatever name ssh sends', async () => {
  const { board, ssh } = await startSsh();
  const key = makeKey();
  board.keys.set(key.fingerprint, 'alice');
  board.users.set('alice', 'secret123').set('root', 'of another');
  for (const user of ['alice', 'root', 'free']) {
    const { code, stdout } = await run('ssh', ssh('-i', key.file, `${user}@127.0.0.1`), 'hello\n');
    expect(stdout).toContain('hello\n');
    expect(code).toBe(7);
    expect(identity(stdout)).toEqual({ user, key: key.fingerprint });
  }
});

test.skipIf(noSsh)('an unknown key of a free name is let in on an open board', async () => {
  const { board, ssh } = await startSsh();
  const key = makeKey();
  const { stdout } = await run('ssh', ssh('-i', key.file, 'newcomer@127.0.0.1', 'a command'));
  expect(identity(stdout)).toEqual({
    user: 'newcomer',
    key: key.fingerprint,
    command: 'a command',
  });
  expect(board.users.size).toBe(0);
});
test.skipIf(noSsh)('an unknown key of a protected name needs the password too', async () => {
  const { board, ssh } = await startSsh();
  const key = makeKey();
  board.users.set('alice', 'secret123');
  const person = typing('ssh', ssh('-i', key.file, 'alice@127.0.0.1'));
  await person.shows('Password:');
  person.type('secret123\r');
  await person.shows(key.fingerprint);
  person.type('\x04');
});
