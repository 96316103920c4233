import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import { runCli } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';

type Started = Awaited<ReturnType<typeof TestServer.start>>;

/** The first `count` addresses that a server says in its log to listen on. */
async function listening(server: Started, count: number): Promise<Record<string, unknown>[]> {
  while (server.lines('listening').length < count) {
    await once(server.child.stderr ?? server.child, 'data');
  }
  return server.lines('listening');
}

test('a server listens at every URL of --listen, and nowhere else', async () => {
  const path = join(tempFolder(), 'board.sock');
  const server = await TestServer.start({
    where: ['--listen', 'tcp://127.0.0.1:0', '--listen', `unix:${path}`],
  });
  const { port } = server;
  expect(await listening(server, 2)).toMatchObject([
    { address: '127.0.0.1', port },
    { address: `unix:${path}` },
  ]);
  const peer = await JsonPeer.connect(server.port);
  expect(await peer.call('server.info', {})).toMatchObject({ tls: false });
  await (await connect({ host: `unix:${path}`, user: 'alice' })).close();
});

test('several URLs to listen at are separated by commas in the environment, and an array in the file', async () => {
  const path = join(tempFolder(), 'board.sock');
  const urls = ['tcp://127.0.0.1:0', `unix://${path}`];
  const printed = async (args: string[], env = {}) => {
    const { stdout } = await runCli(['serve', '--print-config', ...args], { env });
    return stdout.split('\n').filter((line) => /^#? ?(listen|host|port)\b/.test(line));
  };
  const line = `listen = "tcp://127.0.0.1:0, unix:${path}"`;
  const byVariable = await printed([], { CORKBOARD_LISTEN: urls.join(',') });
  expect(byVariable.map((text) => text.replace(/ +#.*/, ''))).toEqual([line, '# host', '# port']);
  expect(byVariable[0]).toContain('# CORKBOARD_LISTEN');
  const both = await printed(['--listen', urls.join(), '--port', '7000']);
  expect(both.map((text) => text.replace(/ +#.*/, ''))).toEqual([
    line,
    'host = "127.0.0.1"',
    'port = 7000',
  ]);
});

test('--port beside --listen adds an address, and a repeated address is used once', async () => {
  const path = join(tempFolder(), 'board.sock');
  const server = await TestServer.start({ where: ['--port', '0', '--listen', `unix:${path}`] });
  const { port } = server;
  expect(await listening(server, 2)).toMatchObject([
    { address: '127.0.0.1', port },
    { address: `unix:${path}` },
  ]);
  await server.stop();
  const { data } = server;
  const again = await TestServer.start({
    where: [
      '--port',
      String(port),
      '--listen',
      `tcp://127.0.0.1:${port}`,
      '--listen',
      `tcp://localhost:${port}`,
    ],
    data,
  });
  expect(await listening(again, 1)).toMatchObject([{ address: '127.0.0.1', port }]);
});

test('one server speaks TLS at one address and plain text at another', async () => {
  const files = makeCertificate('board');
  const server = await TestServer.start({
    where: ['--listen', 'tls://127.0.0.1:0', '--listen', 'tcp://127.0.0.1:0'],
    args: ['--tls-cert', files.cert, '--tls-key', files.key],
  });
  const [secure, plain] = (await listening(server, 2)).map(({ port }) => Number(port));
  const client = await connect({ host: '127.0.0.1', port: plain, user: 'alice' });
  expect(await client.call('server.info', {})).toMatchObject({ tls: false });
  await client.close();
  const refused = connect({ host: '127.0.0.1', port: secure, user: 'alice' });
  await expect(refused).rejects.toThrow('TLS');
});

test.each([
  [['nntp://127.0.0.1'], 'It takes tcp://<host>:<port>, tls://<host>:<port> or unix:<path>'],
  [['127.0.0.1:6789'], 'It takes tcp://'],
  [['tcp://127.0.0.1:99999'], 'It takes tcp://'],
  [['tcp:///path'], 'It takes tcp://'],
  [['tcp://user@127.0.0.1:1'], 'It takes tcp://'],
  [['unix:'], 'It takes tcp://'],
  [['unix://board.sock'], 'It takes tcp://'],
  [['tls://127.0.0.1:0'], 'To listen at tls://, give --tls-cert and --tls-key.'],
  [
    ['tcp://127.0.0.1:0', '--tls-cert', 'cert.pem', '--tls-key', 'key.pem'],
    '--tls-cert is for an address with TLS, and --listen has none',
  ],
  [
    ['tcp://127.0.0.1:0', '--host', 'unix:/run/x'],
    'Give a Unix socket with --listen: --listen unix:/run/x.',
  ],
])('--listen %j is refused in one line', async (args, says) => {
  const { code, stderr } = await runCli([
    'serve',
    '--data',
    join(tempFolder(), 'data'),
    '--listen',
    ...args,
  ]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(says);
  const lines = stderr.trim().split('\n');
  expect(lines.filter((line) => !line.startsWith('Add --help'))).toHaveLength(1);
});

test('an address cannot be used both with and without TLS', async () => {
  const { cert, key } = makeCertificate('board');
  const { stderr } = await runCli([
    'serve',
    '--data',
    join(tempFolder(), 'data'),
    ...['--listen', 'tls://127.0.0.1:7071', '--listen', 'tcp://127.0.0.1:7071'],
    ...['--tls-cert', cert, '--tls-key', key],
  ]);
  expect(stderr).toBe(
    'corkboard: 127.0.0.1:7071 is to be listened on with TLS and without it. Choose another port with --listen.\n',
  );
});
