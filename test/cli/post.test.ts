import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectTo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { TestBoard } from '../helpers/board.ts';
import { makeCertificate, readCertificate } from '../helpers/certificate.ts';
import { runCli, startCli } from '../helpers/cli.ts';
import { tempFolder } from '../helpers/temp.ts';
import { ackThief } from './ack-thief.ts';

/** The command line of a post by the builder. */
function post(port: number, ...args: string[]): string[] {
  return ['post', '--port', String(port), '--user', 'builder', ...args];
}

test('post reads the content from an argument or standard input, and joins with --join', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const refused = await runCli(post(board.port, 'main', 'Build 7', 'passed'));
  expect(refused).toEqual({
    code: 1,
    stdout: '',
    stderr: 'corkboard: You are not a member of main. Add --join to join it first.\n',
  });
  const joined = await runCli(post(board.port, 'main', 'Build 7', 'passed', '--join'));
  expect(joined).toEqual({ code: 0, stdout: 'Message 1 posted in main.\n', stderr: '' });
  const piped = await runCli(post(board.port, '1', 'Build 8', '-', '--json', '--join'), {
    input: 'two\nlines\n',
  });
  expect(piped).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(piped.stdout)).toMatchObject({ group: 'main', number: 2, sender: 'builder' });
  expect(await alice.call('message.get', { group: 'main', number: 2 })).toMatchObject({
    subject: 'Build 8',
    content: 'two\nlines',
  });
});

test('post reports a message that the board would refuse before it connects', async () => {
  // Nothing listens there: who tried to send would say so.
  const [long, empty, both, nobody, nowhere] = await Promise.all([
    runCli(post(1, 'main', 's'), { input: 'é'.repeat(16_385) }),
    runCli(post(1, 'main', 's'), { input: ' \n' }),
    runCli(post(1, 'main', 's', '-', '--password-file', '-')),
    runCli(['post', 'main', 's', 'c']),
    runCli(post(1, 'main', 's', 'c', '--retry', '0')),
  ]);
  const tooLong = 'corkboard: The content is too long: at most 32768 bytes.\n';
  expect(long).toEqual({ code: 1, stdout: '', stderr: tooLong });
  const none = 'corkboard: Standard input holds no content; nothing was posted.\n';
  expect(empty).toEqual({ code: 1, stdout: '', stderr: none });
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot hold both') });
  expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining('Say who you are') });
  expect(nowhere).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^corkboard: Nothing listens on 127\.0\.0\.1:1\. .*\n$/),
  });
});

test('a post whose reply is lost is on the board exactly once', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await board.memberProgram('builder').then((builder) => builder.call('session.logout', {}));
  const thief = await ackThief(board.port, '"postedAt"');
  const { code, stdout } = await runCli(post(thief.port, 'main', 'Build 7', 'passed'));
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'Message 1 posted in main.\n' });
  expect(thief.stolen).toBe(true);
  const { messages } = await alice.call('message.list', { group: 'main' });
  expect(messages.map(({ number, subject }) => [number, subject])).toEqual([[1, 'Build 7']]);
});

test('a post that is killed and run again with the same key is on the board exactly once', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const args = ['main', 'Build 7', 'passed', '--join', '--key', 'build-7'];
  const { child, result } = startCli(post(board.port, ...args));
  await alice.until(() => alice.received.find(({ method }) => method === 'message.posted'));
  child.kill('SIGKILL');
  await result;
  const again = await runCli(post(board.port, ...args));
  expect(again).toMatchObject({ code: 0, stdout: 'Message 1 posted in main.\n' });
  const { messages } = await alice.call('message.list', { group: 'main' });
  expect(messages).toHaveLength(1);
});

/** A way to the board that ends where `word` is sent: its port, and when that was. */
async function deadEnd(port: number, word: string) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reached = new Promise<void>((resolve) => {
    server.once('connection', (near) => {
      const far = connectTo(port, '127.0.0.1');
      far.pipe(near).on('error', () => {});
      near.on('data', (chunk) => {
        if (chunk.includes(word)) resolve();
        else far.write(chunk);
      });
      onTestFinished(() => {
        near.destroy();
        far.destroy();
        server.close();
      });
    });
  });
  return { port: (server.address() as AddressInfo).port, reached };
}

test.each([
  ['session.login', 'The message was not sent.'],
  [
    'message.post',
    'It is not known whether the message was posted. To post it exactly once, run the command again with --key mine.',
  ],
])(
  'Ctrl-C before the reply to %s exits with 130, and says whether the message was sent',
  async (method, outcome) => {
    const board = await TestBoard.start();
    const { port, reached } = await deadEnd(board.port, method);
    const { child, result } = startCli(post(port, 'main', 's', 'c', '--key', 'mine'));
    await reached;
    child.kill('SIGINT');
    const stderr = `corkboard: Interrupted. ${outcome}\n`;
    expect(await result).toEqual({ code: 130, stdout: '', stderr });
  },
);

test('a profile gives the address, the password and the trusted certificates', async () => {
  const files = makeCertificate('board');
  const board = await TestBoard.start({ certificate: readCertificate(files) });
  await registered(board.port, files.cert);
  const config = tempFolder();
  const folder = join(config, 'corkboard');
  mkdirSync(folder);
  writeFileSync(join(folder, 'password'), 'correct horse\n', { mode: 0o600 });
  const profile = `[work]\nhost = "localhost"\nport = ${board.port}\nuser = "builder"\nca = "${files.cert}"\n`;
  writeFileSync(join(folder, 'profiles.toml'), `${profile}password_file = "password"\n`);
  const env = { XDG_CONFIG_HOME: config };
  const args = ['post', 'main', 's', 'c', '--join', '--profile', 'work'];

  const posted = await runCli(args, { env });
  expect(posted).toEqual({ code: 0, stdout: 'Message 1 posted in main.\n', stderr: '' });
  const wrong = runCli([...args, '--password-file', '-'], { input: 'wrong horse', env });
  const chat = runCli(['chat', 'work'], { input: '%whoami\n', env });
  expect(await wrong).toMatchObject({
    code: 1,
    stderr: 'corkboard: The name or the password is wrong.\n',
  });
  expect(await chat).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('You are builder'),
  });
  writeFileSync(join(folder, 'profiles.toml'), profile);
  expect(await runCli(args, { env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('needs its password: give --password-file'),
  });
});

test('post without --tls to a TLS board fails at once and says what to do', async () => {
  const certificate = readCertificate(makeCertificate('board'));
  const board = await TestBoard.start({ certificate });
  const { code, stderr } = await runCli(post(board.port, 'main', 's', 'c', '--retry', '10min'));
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `corkboard: 127.0.0.1:${board.port} closed the connection at once: This board speaks TLS. Connect with \`corkboard chat --tls\`.\n`,
  });
});

test('the error for a refused post says what a script can do about it', async () => {
  const board = await TestBoard.start();
  const holder = await board.memberProgram('holder');
  const [nowhere, twice] = await Promise.all([
    runCli(post(board.port, 'ci', 's', 'c', '--join')),
    runCli(['tail', '--port', String(board.port), '--user', 'holder', '--retry', '0']),
  ]);
  expect(nowhere).toMatchObject({
    code: 1,
    stderr:
      'corkboard: There is no group ci. The operator of the board makes groups, with `corkboard group create`.\n',
  });
  expect(twice).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^corkboard: Username already in use\. .*give another --user/),
  });
  holder.socket.end();
});

/** Protects the name of the builder, on a board that speaks TLS. */
async function registered(port: number, ca: string): Promise<void> {
  const client = await connect({
    host: 'localhost',
    port,
    tls: { ca: readFileSync(ca) },
    user: 'builder',
    password: 'correct horse',
    create: true,
  });
  await client.close();
}
