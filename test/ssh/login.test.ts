import { expect, test } from 'vitest';
import {
  lacks,
  makeDropbearKey,
  makeKey,
  makePuttyKey,
  run,
  startSsh,
  type TestKey,
  type TestSsh,
  typing,
} from './support.ts';

const noSsh = lacks('ssh', 'ssh-keygen');
const noOthers = lacks('dbclient', 'dropbearkey', 'plink', 'puttygen', 'ssh-keygen');

/** What the server knows of the visitor that it let in last. */
function lastIdentity({ visitors }: TestSsh): unknown {
  const { address, ...identity } = visitors.at(-1)?.identity ?? {};
  expect(address).toMatchObject({ ip: '127.0.0.1' });
  return identity;
}

function keyOf({ fingerprint }: TestKey) {
  return { type: 'ssh-ed25519', fingerprint };
}

test.skipIf(noSsh)('a known key logs its owner in, whatever name ssh sends', async () => {
  const ssh = await startSsh();
  const key = makeKey();
  ssh.board.keys.set(key.fingerprint, 'alice');
  ssh.board.users.set('alice', 'secret123').set('root', 'of another');
  for (const user of ['alice', 'root', 'free', 'no.name']) {
    const args = ssh.ssh('-i', key.file, `${user}@127.0.0.1`);
    expect(await run('ssh', args, 'hello\n')).toMatchObject({ code: 7, stdout: 'hello\n' });
    expect(lastIdentity(ssh)).toEqual({ user, key: keyOf(key) });
  }
});

test.skipIf(noSsh).each([
  ['rsa', 2048],
  ['ecdsa', 256],
  ['ecdsa', 384],
  ['ecdsa', 521],
])('a key of the type %s with %i bits logs in', async (type, bits) => {
  const ssh = await startSsh();
  const key = makeKey(type, bits);
  const { code } = await run('ssh', ssh.ssh('-i', key.file, 'alice@127.0.0.1'));
  expect(code).toBe(7);
  expect(lastIdentity(ssh)).toMatchObject({ key: { fingerprint: key.fingerprint } });
});

test.skipIf(noSsh)(
  'an RSA key of 1024 bits and an RSA signature with SHA-1 are refused',
  async () => {
    const { ssh, visitors, board } = await startSsh();
    board.access = 'closed';
    const small = makeKey('rsa', 1024);
    const key = makeKey('rsa', 2048);
    board.keys.set(small.fingerprint, 'alice').set(key.fingerprint, 'alice');
    const batch = ['-o', 'BatchMode=yes', '-o', 'RequiredRSASize=1024'];
    const sha1 = ['-o', 'PubkeyAcceptedAlgorithms=ssh-rsa', '-i', key.file];
    for (const how of [['-i', small.file], sha1]) {
      expect(await run('ssh', ssh(...batch, ...how, 'alice@127.0.0.1'))).toMatchObject({
        code: 255,
      });
    }
    expect(visitors).toEqual([]);
  },
);

test.skipIf(noSsh)(
  'an unknown key of a free or unprotected name is let in on an open board',
  async () => {
    const ssh = await startSsh();
    const key = makeKey();
    ssh.board.users.set('guest', null);
    for (const user of ['newcomer', 'guest']) {
      await run('ssh', ssh.ssh('-i', key.file, `${user}@127.0.0.1`, 'a command'));
      expect(lastIdentity(ssh)).toEqual({ user, key: keyOf(key) });
      expect(ssh.visitors.at(-1)?.command).toBe('a command');
    }
    expect([...ssh.board.users.keys()]).toEqual(['guest']);
    expect(ssh.board.keys.size).toBe(0);
  },
);

test.skipIf(noSsh)(
  'an unknown key of a protected name needs the password on the same connection',
  async () => {
    const ssh = await startSsh();
    const key = makeKey();
    ssh.board.users.set('alice', 'secret123');
    const person = typing('ssh', ssh.ssh('-v', '-i', key.file, 'alice@127.0.0.1'));
    await person.shows('Password:');
    expect(person.screen).toMatch(/using "publickey" with partial success/);
    person.type('wrong\r');
    await person.until(() => person.screen.split('Password:').length === 3);
    expect(ssh.visitors).toEqual([]);
    person.type('secret123\r');
    await person.shows('Welcome');
    expect(lastIdentity(ssh)).toEqual({ user: 'alice', key: keyOf(key), password: 'secret123' });
    person.type('\x04');
  },
);

test.skipIf(noSsh)('a client with several keys gets in by the known one of them', async () => {
  const ssh = await startSsh();
  const [first, second] = [makeKey(), makeKey()];
  ssh.board.users.set('alice', 'secret123');
  ssh.board.keys.set(second.fingerprint, 'alice');
  const keys = ['-i', first.file, '-i', second.file, '-o', 'BatchMode=yes'];
  expect(await run('ssh', ssh.ssh(...keys, 'alice@127.0.0.1'))).toMatchObject({ code: 7 });
  expect(lastIdentity(ssh)).toEqual({ user: 'alice', key: keyOf(second) });
});

test.skipIf(noSsh)(
  'without a key, a free name is let in without a question on an open board',
  async () => {
    const ssh = await startSsh();
    ssh.board.users.set('guest', null);
    for (const user of ['newcomer', 'guest']) {
      expect(await run('ssh', ssh.ssh(`${user}@127.0.0.1`), 'hello\n')).toMatchObject({ code: 7 });
      expect(lastIdentity(ssh)).toEqual({ user });
    }
  },
);

test.skipIf(noSsh)('without a key, a protected name needs its password', async () => {
  const ssh = await startSsh();
  ssh.board.users.set('alice', 'secret123');
  const person = typing('ssh', ssh.ssh('alice@127.0.0.1'));
  await person.shows('Password:');
  person.type('secret123\r');
  await person.shows('Welcome');
  expect(lastIdentity(ssh)).toEqual({ user: 'alice', password: 'secret123' });
  person.type('\x04');
  expect(await person.exited).toBe(7);
});

test.skipIf(lacks('ssh', 'sshpass'))(
  'the method password works too, and wrong ones are refused',
  async () => {
    const ssh = await startSsh();
    ssh.board.users.set('alice', 'secret123');
    const how = ssh.ssh('-o', 'PreferredAuthentications=password', 'alice@127.0.0.1');
    const once = ['-o', 'NumberOfPasswordPrompts=1'];
    expect(await run('sshpass', ['-p', 'secret123', 'ssh', ...how])).toMatchObject({ code: 7 });
    expect(lastIdentity(ssh)).toEqual({ user: 'alice', password: 'secret123' });
    expect((await run('sshpass', ['-p', 'wrong', 'ssh', ...once, ...how])).stderr).toContain(
      'Permission denied',
    );
    expect(ssh.visitors.length).toBe(1);
  },
);

test.skipIf(noSsh)(
  'under registered, a new name chooses a password twice, with a key or without',
  async () => {
    const ssh = await startSsh();
    const key = makeKey();
    ssh.board.access = 'registered';
    for (const [user, args] of [
      ['bob', []],
      ['carol', ['-i', key.file]],
    ] as const) {
      const person = typing('ssh', ssh.ssh(...args, `${user}@127.0.0.1`));
      await person.shows(`${user} is a new name here`);
      for (const [at, password] of [
        'secret123',
        'secret124',
        'short',
        'short',
        'secret123',
      ].entries()) {
        const asked = at % 2 === 0 ? 'New password:' : 'The same password again:';
        const times = 2 + Math.floor(at / 2);
        await person.until(() => person.screen.split(asked).length === times);
        person.type(`${password}\r`);
      }
      await person.until(() => person.screen.split('again:').length === 4);
      person.type('secret123\r');
      await person.shows('Welcome');
      expect(person.screen).toContain('The two passwords differ.');
      expect(person.screen).toContain('it is too short.');
      person.type('\x04');
    }
    expect(lastIdentity(ssh)).toEqual({ user: 'carol', key: keyOf(key), password: 'secret123' });
    expect(ssh.board.keys).toEqual(new Map([[key.fingerprint, 'carol']]));
  },
);

test.skipIf(noSsh)(
  'under closed, a name that does not exist gets the same questions and the same refusal',
  async () => {
    const ssh = await startSsh();
    const key = makeKey();
    ssh.board.access = 'closed';
    ssh.board.users.set('alice', 'secret123');
    const screens = [];
    const methods = 'PreferredAuthentications=publickey,keyboard-interactive';
    for (const user of ['alice', 'nobody', 'no.name']) {
      const person = typing(
        'ssh',
        ssh.ssh('-v', '-i', key.file, '-o', methods, `${user}@127.0.0.1`),
      );
      for (let turn = 2; turn <= 4; turn++) {
        await person.until(() => person.screen.split('Password:').length === turn);
        person.type('wrong\r');
      }
      expect(await person.exited).toBe(255);
      const about = /^debug1: Auth.*|.*Password:.*|.*denied.*/gm;
      screens.push(person.screen.match(about)?.join('\n').replaceAll(user, 'NAME'));
    }
    expect(screens[0]).toContain('Permission denied');
    expect(screens[1]).toBe(screens[0]);
    expect(screens[2]).toBe(screens[0]);
    expect(ssh.visitors).toEqual([]);
  },
);

test.skipIf(noSsh)(
  'a key that the user of the name has added lets in without the password, and one that others have added does not',
  async () => {
    const ssh = await startSsh();
    const key = makeKey();
    ssh.board.users.set('alice', 'secret123');
    ssh.board.users.set('bob', 'secret123');
    ssh.board.claims.set(key.fingerprint, ['mallory', 'alice']);
    const how = (user: string) =>
      ssh.ssh('-o', 'BatchMode=yes', '-i', key.file, `${user}@127.0.0.1`);
    expect(await run('ssh', how('alice'), 'hi\n')).toMatchObject({ code: 7, stdout: 'hi\n' });
    expect(lastIdentity(ssh)).toEqual({ user: 'alice', key: keyOf(key) });
    expect(await run('ssh', how('bob'))).toMatchObject({ code: 255 });
    expect(ssh.visitors.length).toBe(1);
  },
);

test.skipIf(noSsh)(
  'the connection to the board on which a key was looked up is closed once the visit begins',
  async () => {
    const open: number[] = [];
    const ssh = await startSsh({
      receive: async () => {
        open.push(ssh.board.open);
        return 7;
      },
    });
    const key = makeKey();
    ssh.board.keys.set(key.fingerprint, 'alice');
    const how = ssh.ssh('-o', 'BatchMode=yes', '-i', key.file, 'alice@127.0.0.1');
    expect(await run('ssh', how)).toMatchObject({ code: 7 });
    expect(open).toEqual([0]);
  },
);

test.skipIf(noSsh)('a name with control characters or of great length harms nothing', async () => {
  const ssh = await startSsh();
  ssh.board.access = 'registered';
  for (const user of ['\x1b]0;x\x07', 'a'.repeat(3000), 'ä'.repeat(100)]) {
    await run('ssh', ssh.ssh('-o', 'BatchMode=yes', `-l${user}`, '127.0.0.1'));
  }
  ssh.board.access = 'open';
  expect(await run('ssh', ssh.ssh('bob@127.0.0.1'))).toMatchObject({ code: 7 });
});

test.skipIf(noOthers)('dbclient logs in by key, by password, and as a new name', async () => {
  const ssh = await startSsh();
  const key = makeDropbearKey();
  ssh.board.users.set('alice', 'secret123');
  ssh.board.keys.set(key.fingerprint, 'carol');
  const how = (...args: string[]) => ['-y', '-y', '-p', String(ssh.port), ...args];
  expect(await run('dbclient', how('-T', '-i', key.file, 'carol@127.0.0.1'), 'hi\n')).toMatchObject(
    {
      code: 7,
      stdout: 'hi\n',
    },
  );
  expect(await run('dbclient', how('-T', 'newcomer@127.0.0.1'))).toMatchObject({ code: 7 });
  expect(lastIdentity(ssh)).toEqual({ user: 'newcomer' });
  const person = typing('dbclient', how('alice@127.0.0.1'));
  for (const [at, password] of ['wrong', 'secret123'].entries()) {
    await person.until(() => person.screen.split(/Password: ?/).length === at + 2);
    person.type(`${password}\r`);
  }
  await person.shows('Welcome');
  expect(lastIdentity(ssh)).toEqual({ user: 'alice', password: 'secret123' });
  person.type('\x04');
});

test.skipIf(noOthers)('plink logs in by key, by password, and as a new name', async () => {
  const ssh = await startSsh();
  const key = makePuttyKey();
  ssh.board.users.set('alice', 'secret123');
  ssh.board.keys.set(key.fingerprint, 'carol');
  const how = (...args: string[]) => [
    ...['-ssh', '-no-antispoof', '-P', String(ssh.port), '-hostkey', ssh.hostKey, ...args],
    '127.0.0.1',
  ];
  expect(
    await run('plink', how('-batch', '-T', '-i', key.file, '-l', 'carol'), 'hi\n'),
  ).toMatchObject({
    code: 7,
    stdout: 'hi\n',
  });
  expect(await run('plink', how('-batch', '-l', 'newcomer'))).toMatchObject({ code: 7 });
  expect(lastIdentity(ssh)).toEqual({ user: 'newcomer' });
  const person = typing('plink', how('-l', 'alice'));
  for (const [at, password] of ['wrong', 'secret123'].entries()) {
    await person.until(() => person.screen.split(/Password: ?/).length === at + 2);
    person.type(`${password}\r`);
  }
  await person.shows('Welcome');
  expect(lastIdentity(ssh)).toEqual({ user: 'alice', password: 'secret123' });
  person.type('\x04');
});
