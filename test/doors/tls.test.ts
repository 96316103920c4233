import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from '../../src/client/connection.ts';
import { Handshakes } from '../../src/doors/arriving/tls.ts';
import { TestBoard } from '../helpers/board.ts';
import {
  makeCertificate,
  makeEndedCertificate,
  makeRsaKey,
  readCertificate,
} from '../helpers/certificate.ts';
import { runCli } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { TextPeer } from '../helpers/text-peer.ts';

const required = 'This board speaks TLS. Connect with `corkboard chat --tls`.';

// Node takes this for TLS too; its types do not know.
const halfOpen: ConnectionOptions & { allowHalfOpen: true } = { allowHalfOpen: true };

/** A board that speaks TLS, and the certificate to trust. */
async function encrypted() {
  const certificate = readCertificate(makeCertificate('board'));
  return { board: await TestBoard.start({ certificate }), ca: certificate.cert };
}

async function openTls(
  port: number,
  ca: Buffer | string,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ca, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** The message of what `promise` is rejected with. */
async function failure(promise: Promise<unknown>): Promise<string> {
  const outcome: unknown = await promise.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome.message;
  throw new Error('It was expected to fail');
}

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'people and programs are served over %s',
  async (tls) => {
    const { board, ca } = await encrypted();
    const version = { minVersion: tls, maxVersion: tls };
    const socket = await openTls(board.port, ca, version);
    expect(socket.getProtocol()).toBe(tls);
    const person = new TextPeer(socket);
    await person.expect('What is your username? ');
    person.send('alice', '%join');
    await person.expect('[SUCCESS] You joined main.\n');

    const program = new JsonPeer(await openTls(board.port, ca, version));
    await program.call('session.login', { user: 'bot' });
    expect(await program.call('server.info', {})).toMatchObject({ tls: true });
    await program.call('group.join', { group: 'main' });
    await program.call('message.post', { group: 'main', subject: 'hello', content: 'x' });
    await person.expect('New message from bot (ID: 1,');
  },
);

test('TLS 1.1 is refused', async () => {
  const { board, ca } = await encrypted();
  const old = {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  } as const;
  expect(await failure(openTls(board.port, ca, old))).toMatch(
    /protocol version|unsupported protocol/i,
  );
});

test('over TLS, a peer that ends its stream first gets every reply', async () => {
  const { board, ca } = await encrypted();
  const peer = new TextPeer(await openTls(board.port, ca, halfOpen));
  peer.send('alice', '%join', '%post hello there', '%list');
  peer.finish();
  const shown = await peer.toEnd();
  expect(shown).toContain('[SUCCESS] You joined main.\n');
  expect(shown).toContain('| Subject: hello\n');
});

test('over TLS, %exit closes the connection and frees the name at once', async () => {
  const { board, ca } = await encrypted();
  for (let round = 0; round < 3; round++) {
    const peer = new TextPeer(await openTls(board.port, ca));
    peer.send('alice', '%exit');
    expect(await peer.toEnd()).toContain('[INFO] Welcome alice\n');
  }
});

test('over TLS, connected members get a notice when the server shuts down', async () => {
  const { board, ca } = await encrypted();
  const program = new JsonPeer(await openTls(board.port, ca));
  await program.call('session.login', { user: 'bot' });
  await board.restart();
  expect((await program.notice()).params).toEqual({
    reason: 'The server is shutting down.',
    code: 'SHUTTING_DOWN',
  });
  await program.closed();
});

test('a peer without TLS is asked to use TLS, in its own encoding', async () => {
  const { board } = await encrypted();
  const person = await TextPeer.connect(board.port);
  person.send('alice');
  expect(await person.toEnd()).toBe(`[INFO] ${required} Goodbye.\n`);
  const program = await JsonPeer.connect(board.port);
  program.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  expect(await program.notice()).toEqual({
    jsonrpc: '2.0',
    method: 'session.closing',
    params: { reason: required, code: 'TLS_REQUIRED' },
  });
  await program.closed();
});

test('a peer that breaks off its handshake does not affect the board', async () => {
  const { board, ca } = await encrypted();
  for (const bytes of [Buffer.from([0x16]), Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5])]) {
    const broken = await TextPeer.connect(board.port);
    broken.write(bytes);
    broken.socket.resetAndDestroy();
  }
  const peer = new TextPeer(await openTls(board.port, ca));
  peer.send('alice');
  await peer.expect('[INFO] Welcome alice\n');
});

test('a client without TLS prints that it has to use TLS', async () => {
  const { board } = await encrypted();
  const address = { host: '127.0.0.1', port: board.port };
  expect(await failure(Connection.open(address))).toContain(required);
});

test('a client with --tls at a board without TLS prints that it has to leave out --tls', async () => {
  const board = await TestBoard.start();
  const address = { host: '127.0.0.1', port: board.port, tls: {} };
  expect(await failure(Connection.open(address))).toBe(
    `127.0.0.1:${board.port} does not speak TLS. Connect without --tls.`,
  );
});

test('a client trusts the certificate that it is given, and no other', async () => {
  const { board, ca } = await encrypted();
  const address = { host: '127.0.0.1', port: board.port };
  expect(await failure(Connection.open({ ...address, tls: {} }))).toBe(
    `The certificate of 127.0.0.1:${board.port} is not signed by an authority that is trusted here. Give the certificate of its signer with --ca.`,
  );
  const client = await Connection.open({ ...address, tls: { ca } });
  expect((await client.call('session.login', { user: 'alice' })).user).toBe('alice');
  client.close();
});

/** A server process with a certificate, and a way to see which one it shows. */
async function serverWithCertificate() {
  const files = makeCertificate('first');
  const server = await TestServer.start({
    args: ['--tls-cert', files.cert, '--tls-key', files.key],
  });
  const arrive = () =>
    openTls(server.port, readFileSync(files.cert), { rejectUnauthorized: false });
  const shown = async () => {
    const socket = await arrive();
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  };
  return { server, files, arrive, shown };
}

test('after SIGHUP new connections see the new certificate, and old connections stay', async () => {
  const { server, files, arrive, shown } = await serverWithCertificate();
  const before = new JsonPeer(await arrive());
  await before.call('session.login', { user: 'alice' });
  expect(await shown()).toBe('first');

  const next = makeCertificate('second');
  copyFileSync(next.cert, files.cert);
  copyFileSync(next.key, files.key);
  server.signal('SIGHUP');
  await server.logged('read the configuration again');

  expect(await shown()).toBe('second');
  expect(await before.call('group.list', {})).toMatchObject({ groups: { length: 5 } });
  expect(await server.stop()).toBe(0);
});

test('on SIGHUP an unusable certificate is logged, and the old one stays in use', async () => {
  const { server, files, shown } = await serverWithCertificate();
  writeFileSync(files.cert, 'no certificate');
  server.signal('SIGHUP');
  await server.logged('what was configured before stays in force');
  expect(await shown()).toBe('first');
});

test('on SIGHUP a certificate without its key is logged, and the old one stays in use', async () => {
  const { server, files, shown } = await serverWithCertificate();
  copyFileSync(makeCertificate('second').cert, files.cert);
  server.signal('SIGHUP');
  await server.logged('what was configured before stays in force');
  expect(await shown()).toBe('first');
});

test.each(['--tls-cert', '--tls-key'])('%s alone is refused', async (option) => {
  const { cert } = makeCertificate('half');
  expect(await runCli(['serve', '--port', '0', '--data', tempFolder(), option, cert])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'corkboard: --tls-cert and --tls-key go together.\n',
  });
});

test.each([
  ['a key of another certificate', 'own', 'other key', /does not belong to/],
  ['a key of another kind', 'own', 'rsa key', /does not belong to/],
  ['a chain that begins with another one', 'chain', 'own key', /has to be the first/],
  ['no certificate in its file', 'own key', 'own key', /There is no certificate in/],
  ['no key in its file', 'own', 'own', /The key in .* cannot be used/],
])('a certificate with %s keeps the server from starting', async (_, cert, key, says) => {
  const own = makeCertificate('own');
  const other = makeCertificate('other');
  const chain = join(tempFolder(), 'chain.pem');
  writeFileSync(chain, readFileSync(other.cert, 'utf8') + readFileSync(own.cert, 'utf8'));
  const files: Record<string, string> = {
    own: own.cert,
    'own key': own.key,
    'other key': other.key,
    'rsa key': makeRsaKey(),
    chain,
  };
  const tls = ['--tls-cert', files[cert] ?? '', '--tls-key', files[key] ?? ''];
  const data = join(tempFolder(), 'data');
  const { code, stderr } = await runCli(['serve', '--port', '0', '--data', data, ...tls]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^corkboard: .+\.\n$/);
  expect(stderr).toMatch(says);
  expect(existsSync(data)).toBe(false);
});

test('on SIGHUP a key of another kind is logged, and the old certificate stays in use', async () => {
  const { server, files, shown } = await serverWithCertificate();
  copyFileSync(makeRsaKey(), files.key);
  server.signal('SIGHUP');
  await server.logged('what was configured before stays in force');
  expect(server.log).toContain('does not belong to the certificate');
  expect(await shown()).toBe('first');
});

test('an expired certificate is warned of at the start and on SIGHUP', async () => {
  const { server, files } = await serverWithCertificate();
  expect(server.log).not.toContain('has ended');
  const ended = makeEndedCertificate('ended');
  copyFileSync(ended.cert, files.cert);
  copyFileSync(ended.key, files.key);
  server.signal('SIGHUP');
  await server.logged('read the configuration again');
  expect(server.log).toMatch(/the certificate of CN=ended in .* has ended: .* GMT; clients/);
  const args = ['--tls-cert', files.cert, '--tls-key', files.key];
  const other = await TestServer.start({ args });
  await other.logged('has ended');
});

test('a key that every user of the machine can read is warned of', async () => {
  const { cert, key } = makeCertificate('board');
  for (const [mode, isWarned] of [
    [0o640, false],
    [0o644, true],
  ] as const) {
    chmodSync(key, mode);
    const server = await TestServer.start({ args: ['--tls-cert', cert, '--tls-key', key] });
    expect(await server.stop()).toBe(0);
    expect(server.log.includes('every user of this machine can read the key')).toBe(isWarned);
  }
});

const warning = 'beyond this machine without encryption';

test('a server that listens beyond this machine without TLS logs a warning', async () => {
  const server = await TestServer.start({ args: ['--host', '0.0.0.0'] });
  await server.logged(warning);
});

test('a server that listens on this machine only, or with TLS, logs no warning', async () => {
  const { cert, key } = makeCertificate('board');
  const tls = ['--tls-cert', cert, '--tls-key', key];
  for (const args of [[], ['--host', '0.0.0.0', ...tls]]) {
    const server = await TestServer.start({ args });
    expect(await server.stop()).toBe(0);
    expect(server.log).toContain('stopped');
    expect(server.log).not.toContain(warning);
  }
});

test('a paused TLS socket is not read, however small its records are', async () => {
  const certificate = readCertificate(makeCertificate('board'));
  const door = new Handshakes(certificate, pino({ level: 'silent' }));
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const accepted = new Promise<Socket>((resolve) => {
    server.on('connection', (socket) => door.receive(socket, resolve));
  });
  const client = await openTls((server.address() as AddressInfo).port, certificate.cert);
  const secure = await accepted;
  onTestFinished(() => void secure.destroy());
  // Closing the server's end with unread bytes resets it.
  client.on('error', () => {}).setNoDelay();
  // Bytes that wait to be written share a record: each waits for the one before.
  const write = () => new Promise((resolve) => client.write('x', resolve));
  await Promise.all([once(secure, 'data'), write()]);
  secure.pause();
  for (let record = 0; record < 20_000; record++) await write();
  // What one read of the server brings: 16 KiB hold 744 records of one byte.
  expect(secure.readableLength).toBeLessThan(1000);
});
