import { expect, test } from 'vitest';
import { answering, LibraryClient } from './client.ts';
import { lacks, makeKey, run, startSsh, typing } from './support.ts';

test('a session has the variables of the list, if they are short and printable', async () => {
  const { port, visitors } = await startSsh();
  const client = new LibraryClient(port, 'alice', [answering('alice')]);
  const sent = {
    LANG: 'de_DE.UTF-8',
    TZ: 'x'.repeat(65),
    LC_ALL: 'C\x1b[2J',
    NO_COLOR: '1',
    LD_PRELOAD: '/tmp/evil.so',
    PATH: '/tmp',
  };
  await client.run('x', '', { env: sent });
  expect(visitors[0]?.environment).toEqual({ LANG: 'de_DE.UTF-8', NO_COLOR: '1' });
});

test.each([
  ['usual', { cols: 132, rows: 43 }, [132, 43]],
  ['unknown', { cols: 0, rows: 0 }, [80, 24]],
  ['absurd', { cols: 4_000_000_000, rows: 70_000 }, [1000, 1000]],
])('a terminal of %s size has a size that the board can draw', async (_, size, expected) => {
  const { port, visitors } = await startSsh();
  const client = new LibraryClient(port, 'alice', [answering('alice')]);
  await client.run('x', '', { pty: { ...size, term: 'xterm' } });
  const { terminal, environment } = visitors[0] ?? {};
  expect([terminal?.columns, terminal?.rows]).toEqual(expected);
  expect(environment).toEqual({ TERM: 'xterm' });
});

test.skipIf(lacks('ssh'))('a resized window reaches the visitor', async () => {
  const { ssh, visitors } = await startSsh({
    receive: async ({ terminal, output }) => {
      output.write('ready\r\n');
      await new Promise<void>((resolve) => void terminal?.onResize(resolve));
      output.write(`now ${terminal?.columns}x${terminal?.rows}\r\n`);
      return 0;
    },
  });
  const person = typing('ssh', ssh('alice@127.0.0.1'), { cols: 90, rows: 30 });
  await person.shows('ready');
  expect(visitors[0]?.terminal).toMatchObject({ columns: 90, rows: 30 });
  person.resize(70, 20);
  await person.shows('now 70x20');
  expect(await person.exited).toBe(0);
});

test.skipIf(lacks('ssh'))(
  'standard output, standard error and the exit code arrive whole',
  async () => {
    const { ssh } = await startSsh({
      receive: async ({ output, errors }) => {
        for (let at = 0; at < 300; at++) {
          output.write(Buffer.alloc(10_000, 'o'));
          errors.write(Buffer.alloc(10_000, 'e'));
        }
        return 42;
      },
    });
    const { code, stdout, stderr } = await run('ssh', ssh('alice@127.0.0.1', 'x'));
    expect({ code, out: stdout.length }).toEqual({ code: 42, out: 3_000_000 });
    expect(stdout).toMatch(/^o+$/);
    expect(stderr.match(/e{1000,}/g)?.join('')).toHaveLength(3_000_000);
  },
);

test.skipIf(lacks('ssh', 'ssh-keygen', 'dbclient', 'plink'))(
  'keys are exchanged again while data flows both ways, with each program',
  async () => {
    const ssh = await startSsh({ limits: { rekeyBytes: 200_000, tending: 20 } });
    const text = 'The quick brown fox jumps over the lazy dog.\n'.repeat(100_000);
    const { file } = makeKey();
    const openssh = await run('ssh', ssh.ssh('-v', '-i', file, 'alice@127.0.0.1'), text);
    expect(openssh.stdout === text).toBe(true);
    expect(openssh.stderr.split('SSH2_MSG_NEWKEYS received').length).toBeGreaterThan(2);
    const port = ['-p', String(ssh.port)];
    const dropbear = await run('dbclient', ['-T', '-y', '-y', ...port, 'bob@127.0.0.1'], text);
    expect(dropbear.stdout === text).toBe(true);
    const putty = ['-batch', '-T', '-P', String(ssh.port), '-hostkey', ssh.hostKey];
    const plink = await run('plink', [...putty, '-l', 'carol', '127.0.0.1'], text);
    expect(plink.stdout === text).toBe(true);
  },
);

test('a visitor that leaves without a word is noticed, and a bug in a visit ends that session alone', async () => {
  const ssh = await startSsh({
    receive: async ({ command, gone }) => {
      if (command === 'break') throw new Error('a bug');
      await new Promise((resolve) => gone.addEventListener('abort', resolve));
      return 0;
    },
  });
  const client = new LibraryClient(ssh.port, 'alice', [answering('alice')]);
  expect(await client.run('break')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('It has been logged.'),
  });
  expect(ssh.log).toContainEqual(expect.objectContaining({ level: 'error' }));
  await client.shell();
  client.client.destroy();
  await expect.poll(() => ssh.visitors[1]?.gone.aborted).toBe(true);
});
