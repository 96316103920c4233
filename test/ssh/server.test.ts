import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DoorConnection } from '../../src/ssh/vouched-door.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { runCli } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardWithSsh, childOf, lives } from './board.ts';
import { slowLine } from './slow-line.ts';
import { lacks, makeKey, run, typing } from './support.ts';

const noSsh = lacks('ssh', 'ssh-keygen');

test.skipIf(noSsh)(
  'a new person chooses a name, is known by the key from then on, and sees the board',
  async () => {
    const { ssh } = await boardWithSsh();
    const key = makeKey();
    const person = typing('ssh', ssh('-i', key.file, 'alice@127.0.0.1'), { cols: 100, rows: 30 });
    await person.shows('New here? Your name: [alice]');
    person.type('\r');
    await person.shows('You are in no group yet');
    expect(person.raw).toContain('I know you by your key');
    const { stdout, code } = await run('ssh', ssh('-i', key.file, 'root@127.0.0.1', 'groups'));
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('main') });
  },
);

test.skipIf(noSsh)(
  'the password is the one of the board, and the log names the address of the person',
  async () => {
    const { server, ssh } = await boardWithSsh();
    const peer = await JsonPeer.login(server.port, 'alice');
    await peer.call('account.setPassword', { password: 'secret123' });
    const person = typing('ssh', ssh('alice@127.0.0.1', 'groups'));
    await person.shows('Password:');
    person.type('wrong-one\r');
    await person.until(() => person.screen.split('Password:').length === 3);
    person.type('secret123\r');
    await person.shows('Groups');
    expect(await person.exited).toBe(0);
    const logins = server.lines('logged in').filter(({ session }) => session !== 1);
    expect(logins.at(-1)).toMatchObject({ user: 'alice', address: '127.0.0.1' });
    // The check of the password is a session too. Nobody sees her leave before the visit has its own.
    const ofAlice = () =>
      server
        .lines('')
        .filter(({ user, session, level }) => user === 'alice' && session !== 1 && level === 30)
        .map(({ msg }) => msg);
    await expect
      .poll(ofAlice, { timeout: 20_000 })
      .toEqual(['logged in', 'logged in', 'disconnected', 'disconnected']);
  },
);

test('a ban of a network holds for the people of the SSH server', async () => {
  const { data } = await TestServer.start();
  const ban = ['ban', 'add', '203.0.113.0/24', '--reason', 'Scanning', '--data', data];
  expect(await runCli(ban)).toMatchObject({ code: 0, stderr: '' });
  const socket = `${databaseFile(data)}.door`;
  const looking = async (ip: string) => {
    const door = new DoorConnection({ socket, address: { ip, port: 4000 } });
    const said = await door.look({ user: 'bob' }).then(({ name }) => name, String);
    door.close();
    return said;
  };
  await expect.poll(() => looking('203.0.113.5')).toContain('Scanning');
  expect(await looking('198.51.100.5')).toBe('free');
});

test.skipIf(noSsh)(
  'the process of SSH can be killed: the board goes on, and SSH comes back',
  async () => {
    const { server, ssh } = await boardWithSsh();
    const peer = await JsonPeer.login(server.port, 'alice');
    const child = childOf(server);
    process.kill(child, 'SIGKILL');
    await peer.call('ping', {});
    await server.logged('the SSH server listens again');
    expect(server.lines('has ended; starting it again')).toMatchObject([
      { reason: 'signal SIGKILL' },
    ]);
    expect(childOf(server)).not.toBe(child);
    expect(await run('ssh', ssh('bob@127.0.0.1', 'groups'))).toMatchObject({ code: 0 });
    await peer.call('ping', {});
  },
);

test.skipIf(noSsh)(
  'the process of SSH ends with the board, also if the board is killed',
  async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const { server } = await boardWithSsh();
      const child = childOf(server);
      server.signal(signal);
      await server.exited();
      await expect.poll(() => lives(child)).toBe(false);
    }
  },
);

test.skipIf(noSsh)('people over SSH are told why the board ends', async () => {
  const { server, ssh } = await boardWithSsh();
  const person = typing('ssh', ssh('-t', 'alice@127.0.0.1', ' --plain'));
  await person.shows('alice');
  server.signal('SIGTERM');
  await person.shows('corkboard: The server is shutting down.');
  expect(await person.exited).toBe(3);
  expect(await server.exited()).toBe(0);
});

test.skipIf(noSsh).each([
  { way: 'ends', signal: 'SIGTERM' },
  { way: 'is killed', signal: 'SIGKILL' },
] as const)('the screen gives the terminal back when the board $way', async ({ signal }) => {
  const { server, ssh } = await boardWithSsh();
  const person = typing('ssh', ssh('alice@127.0.0.1'), { cols: 80, rows: 24 });
  await person.shows('You are in no group yet');
  person.type(':');
  server.signal(signal);
  await person.shows('corkboard: The server is shutting down.');
  expect(await person.exited).toBe(3);
  expect(person.screen).not.toContain('You are in no group yet');
  expect(person.raw.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(
    person.raw.lastIndexOf('\x1b[?1049h'),
  );
});

test.skipIf(noSsh).each([
  { what: 'the screen', option: '-t', command: '' },
  { what: 'lines', option: '-t', command: ' --plain' },
  { what: 'a command at a terminal', option: '-t', command: 'post main Lunch' },
  { what: 'a command without a terminal', option: '-T', command: 'post main Lunch' },
])('over a slow line, $what ends with the reason and its exit code', async (visit) => {
  const { server, port, sshAt } = await boardWithSsh();
  const args = sshAt(await slowLine(port))(visit.option, 'alice@127.0.0.1', visit.command);
  const person = typing('ssh', args);
  await server.logged('"msg":"logged in"');
  server.signal('SIGTERM');
  await person.shows('corkboard: The server is shutting down.');
  expect(await person.exited).toBe(3);
  expect(await server.exited()).toBe(0);
});

test.skipIf(noSsh)(
  'a text that was being written when the connection was cut is there again',
  async () => {
    const { ssh } = await boardWithSsh();
    const key = makeKey();
    const args = ssh('-i', key.file, 'alice@127.0.0.1');
    const first = typing('ssh', args, { cols: 80, rows: 24 });
    await first.shows('New here? Your name: [alice]');
    first.type('\r');
    await first.shows('You are in no group yet');
    expect(await run('ssh', [...args, 'join', 'main'])).toMatchObject({ code: 0 });
    await first.shows('No messages yet');
    first.type('c');
    await first.shows('New thread in main');
    first.type('Lunch\rAt the corner');
    await first.shows('At the corner');
    first.signal('SIGKILL');
    await first.exited;
    const again = typing('ssh', args, { cols: 80, rows: 24 });
    await again.shows('No messages yet');
    again.type('c');
    await again.shows('At the corner');
  },
);

test.skipIf(noSsh)(
  'the host key is made once, for its owner alone, and is the one that ssh sees',
  async () => {
    const data = tempFolder();
    const first = await boardWithSsh({ data });
    const file = join(data, 'ssh_host_ed25519_key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const printed = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' });
    const [line] = first.server.lines('the SSH host key');
    expect(printed).toContain(` ${line?.fingerprint} `);
    const scanned = await run('ssh-keyscan', ['-p', String(first.port), '127.0.0.1']);
    const key = readFileSync(file);
    const [, , blob] = scanned.stdout.trim().split('\n').at(-1)?.split(' ') ?? [];
    expect(execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' })).toContain(blob);
    await first.server.stop();
    await boardWithSsh({ data });
    expect(readFileSync(file)).toEqual(key);
  },
);

test.skipIf(noSsh)(
  'the server does not start with a host key that others can read, or with a file that is no key',
  async () => {
    const data = tempFolder();
    const file = join(data, 'ssh_host_ed25519_key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    execFileSync('chmod', ['644', file]);
    const start = () => boardWithSsh({ data });
    await expect(start()).rejects.toThrow(`has the mode 0644, so others can use it: run chmod 600`);
    execFileSync('sh', ['-c', `rm ${file}; echo no key > ${file}; chmod 600 ${file}`]);
    await expect(start()).rejects.toThrow('is not a private key in the format of OpenSSH');
    execFileSync('sh', ['-c', `rm ${file} && ssh-keygen -q -t ecdsa -N '' -f ${file}`]);
    await expect(start()).rejects.toThrow('ecdsa-sha2-nistp256, and not ssh-ed25519');
    execFileSync('sh', ['-c', `rm ${file} && ssh-keygen -q -t ed25519 -N secret -f ${file}`]);
    await expect(start()).rejects.toThrow('has a passphrase');
  },
);

test.skipIf(noSsh)('SIGHUP changes how many sessions there may be', async () => {
  const data = tempFolder();
  const file = join(data, 'corkboard.toml');
  execFileSync('sh', ['-c', `echo 'ssh-sessions = 200' > ${file}`]);
  const { server, ssh } = await boardWithSsh({ data, args: ['--config', file] });
  const person = typing('ssh', ssh('-t', 'alice@127.0.0.1', ' --plain'));
  await person.shows('alice');
  execFileSync('sh', ['-c', `echo 'ssh-sessions = 1' > ${file}`]);
  server.signal('SIGHUP');
  await server.logged('ssh-sessions has changed');
  const refused = await run('ssh', ssh('bob@127.0.0.1', 'groups'));
  expect(refused.code).not.toBe(0);
  person.type('%quit\r');
  await person.exited;
});

test.skipIf(noSsh)('--ssh may be repeated, also after a restart of its process', async () => {
  const { server, sshAt } = await boardWithSsh({ args: ['--ssh', '127.0.0.2:0'] });
  const at = server.lines('listening').slice(-2);
  expect(at.map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.2']);
  const groupsAt = async () => {
    for (const { address, port } of at) {
      const { code, stderr } = await run('ssh', sshAt(Number(port))(`alice@${address}`, 'groups'));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
  };
  await groupsAt();
  process.kill(childOf(server), 'SIGKILL');
  await server.logged('the SSH server listens again');
  await groupsAt();
});

test('the places of SSH are separated by commas in the environment, and an array or a number in the file', async () => {
  const file = join(tempFolder(), 'corkboard.toml');
  const printed = async (args: string[], env = {}) => {
    const { stdout } = await runCli(['serve', '--print-config', ...args], { env });
    return /^ssh = (.*?) +#/m.exec(stdout)?.[1];
  };
  const both = '"2222, [::1]:22"';
  expect(await printed(['--ssh', '2222', '--ssh', '[::1]:22'])).toBe(both);
  expect(await printed([], { CORKBOARD_SSH: '2222,[::1]:22' })).toBe(both);
  for (const [written, read] of [
    ['[2222, "[::1]:22"]', both],
    [both, both],
    ['2222', '"2222"'],
  ]) {
    writeFileSync(file, `ssh = ${written}\n`);
    expect(await printed(['--config', file])).toBe(read);
  }
});

test('without the package ssh2, --ssh ends the start with the reason and what to do', async () => {
  const folder = tempFolder();
  const hook = join(folder, 'without-ssh2.mjs');
  const resolve = `export function resolve(name, context, next) {
    if (name !== 'ssh2') return next(name, context);
    throw Object.assign(new Error('Cannot find package ssh2'), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
  writeFileSync(join(folder, 'hooks.mjs'), resolve);
  const text = `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`;
  writeFileSync(hook, text);
  const before = `export NODE_OPTIONS='--import ${hook}'`;
  const start = TestServer.start({ before, args: ['--ssh', '0'] });
  await expect(start).rejects.toThrow(
    'The package ssh2, which --ssh needs, is not installed: install corkboard again without --omit=optional.',
  );
  await TestServer.start({ before });
});

test('an SSH address that is in use ends the start before a database is made', async () => {
  const peer = await TestServer.start();
  const data = join(tempFolder(), 'new');
  const start = TestServer.start({ data, args: ['--ssh', `127.0.0.1:${peer.port}`] });
  await expect(start).rejects.toThrow(
    'is in use already. Stop the program that has it, or choose another port with --ssh.',
  );
  expect(() => statSync(data)).toThrow();
});
