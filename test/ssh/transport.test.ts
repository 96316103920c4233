import { expect, test } from 'vitest';
import { lacks, makeKey, run, startSsh } from './support.ts';

const noSsh = lacks('ssh', 'ssh-keygen');

test.skipIf(lacks('ssh-audit'))('ssh-audit finds no weak algorithm', async () => {
  const { port } = await startSsh();
  const { stdout } = await run('ssh-audit', ['-n', '-p', String(port), '127.0.0.1']);
  expect(stdout).toContain('(gen) banner: SSH-2.0-corkboard\n');
  expect(stdout).toContain('(gen) compression: disabled');
  expect(stdout.match(/.*\[fail\].*|\(rec\).*|.*\[warn\].*/g) ?? []).toEqual([
    // This version of ssh-audit does not know the name that makes the key exchange strict.
    expect.stringContaining('kex-strict-s-v00@openssh.com'),
  ]);
});

test.skipIf(noSsh)('the forwarding of ports, sockets, agents and X11 is refused', async () => {
  const { ssh, visitors } = await startSsh({
    receive: async ({ output }) => {
      output.write('here\n');
      return 0;
    },
  });
  const { file } = makeKey();
  const to = (...args: string[]) => ssh('-v', '-i', file, ...args, 'alice@127.0.0.1', 'x');
  const remote = await run('ssh', to('-R', '0:127.0.0.1:1', '-o', 'ExitOnForwardFailure=yes'));
  expect(remote).toMatchObject({ code: 255, stderr: expect.stringContaining('forward') });
  const socket = await run(
    'ssh',
    to('-R', '/tmp/no.sock:/tmp/no', '-o', 'ExitOnForwardFailure=yes'),
  );
  expect(socket).toMatchObject({ code: 255 });
  const through = await run('ssh', ssh('-i', file, '-W', '127.0.0.1:22', 'alice@127.0.0.1'));
  expect(through).toMatchObject({ code: 255, stderr: expect.stringContaining('prohibited') });
  for (const how of [['-A'], ['-X', '-o', 'ForwardX11Trusted=yes']]) {
    const { stdout, code } = await run('ssh', to(...how));
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'here\n' });
  }
  expect(visitors.every(({ command }) => command === 'x')).toBe(true);
});

test.skipIf(noSsh)('sftp and other subsystems are refused', async () => {
  const { ssh, visitors } = await startSsh();
  const { file } = makeKey();
  const sub = await run('ssh', ssh('-i', file, '-s', 'alice@127.0.0.1', 'netconf'));
  expect(sub).toMatchObject({
    code: 255,
    stderr: expect.stringContaining('subsystem request failed'),
  });
  const sftp = await run(
    'sftp',
    ssh('-i', file)
      .map((arg) => (arg === '-p' ? '-P' : arg))
      .concat('alice@127.0.0.1'),
  );
  expect(sftp.code).toBe(255);
  expect(visitors).toEqual([]);
});
