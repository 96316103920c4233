import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { Connection } from '../../src/client/connection.ts';
import type { Notice } from '../../src/protocol/schemas.ts';
import { TestBoard } from '../helpers/board.ts';
import { info, ScriptedServer } from './scripted-server.ts';

const lost = 'The connection was lost before the answer came: this may or may not have been done.';
const joined = (user: string) => ({
  method: 'member.joined',
  params: { group: 'main', groupId: 1, user, userId: 2, lastNumber: 0, change: 0 },
});

/** A connection that stands, and the server's end of it. */
async function connected() {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const opened = Connection.open(server.address);
  const client = await accepted;
  client.write('Welcome to nowhere.\nWhat is your username? \n');
  await client.answerNext(info);
  const connection = await opened;
  const notices: Notice[] = [];
  connection.on('notice', (notice) => notices.push(notice));
  return { server, client, connection, notices };
}

test('the client sends a request first, whatever the greeting says', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  void Connection.open(server.address).catch(() => undefined);
  expect(await (await accepted).request()).toMatchObject({ method: 'server.info', params: {} });
});

test('replies find their requests by their ids', async () => {
  const { client, connection } = await connected();
  const first = connection.call('group.leave', { group: 'one' });
  const second = connection.call('group.leave', { group: 'two' });
  const [one, two] = [await client.request(), await client.request()];
  expect(one.id).not.toBe(two.id);
  const left = (group: string) => ({ group, groupId: 1 });
  client.send({ id: two.id, result: left('two') }, { id: one.id, result: left('one') });
  expect(await Promise.all([first, second])).toEqual([left('one'), left('two')]);
});

test('a reply that arrives byte by byte is read', async () => {
  const { client, connection, notices } = await connected();
  const reply = connection.call('group.leave', { group: '日本' });
  const { id } = await client.request();
  const lines = [joined('zoë'), { id, result: { group: '日本', groupId: 3 } }];
  for (const byte of Buffer.from(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(''))) {
    await new Promise((resolve) => client.socket.write(Buffer.from([byte]), resolve));
  }
  expect(await reply).toEqual({ group: '日本', groupId: 3 });
  expect(notices).toEqual([joined('zoë')]);
});

test('a client ignores lines that are not JSON-RPC and notices it does not know', async () => {
  const { client, connection, notices } = await connected();
  const reply = connection.call('ping', {});
  const { id } = await client.request();
  client.write('{"half\n[]\n\nhello\n{}\n{"id":[]}\n');
  client.write(Buffer.from([0x7b, 0xff, 0xfe, 0x0a]));
  client.send(
    { method: 'from.the.future', params: { group: 'main' } },
    { method: 'toString', params: {} },
    { method: 'member.joined', params: { group: 'main' } },
    { method: 'member.left' },
    { id: 999, result: {} },
    { id: null, error: { code: -32700, message: 'What?', data: { code: 'PARSE_ERROR' } } },
    joined('bob'),
    { id, result: {} },
  );
  expect(await reply).toEqual({});
  expect(notices).toEqual([joined('bob')]);
});

test('a caller acts on a reply before later notices are emitted', async () => {
  const { client, connection } = await connected();
  const seen: string[] = [];
  const left = new Promise<void>((resolve) => {
    connection.on('notice', ({ method }) => {
      seen.push(method);
      if (method === 'member.left') resolve();
    });
  });
  const asked = (async () => {
    await connection.call('ping', {});
    await Promise.resolve();
    seen.push('pong');
  })();
  const { id } = await client.request();
  client.send(joined('bob'), { id, result: {} }, { ...joined('bob'), method: 'member.left' });
  await Promise.all([asked, left]);
  expect(seen).toEqual(['member.joined', 'pong', 'member.left']);
});

test('a refused call is rejected with the error of the board', async () => {
  const { client, connection } = await connected();
  const reply = connection.call('group.leave', { group: 'x' });
  const { id } = await client.request();
  const error = { code: 204, message: 'You are not in x.', data: { code: 'NOT_MEMBER' } };
  client.send({ id, error });
  await expect(reply).rejects.toMatchObject({
    name: 'BoardError',
    code: 'NOT_MEMBER',
    message: 'You are not in x.',
  });
});

test('a result that does not fit its schema rejects the call', async () => {
  const { client, connection } = await connected();
  const reply = connection.call('group.leave', { group: 'x' });
  await client.answerNext({ grop: 'x' });
  await expect(reply).rejects.toThrow(
    "The server's answer to group.leave is not valid. Check that it is a corkboard, and that this program is not older.",
  );
});

test('a request too long for the server is refused before it is sent', async () => {
  const { client, connection } = await connected();
  const content = '\u0001'.repeat(50_000);
  const reply = connection.call('message.post', { group: 'main', subject: 'x', content });
  await expect(reply).rejects.toMatchObject({ code: 'LINE_TOO_LONG' });
  void connection.call('ping', {}).catch(() => undefined);
  expect(await client.request()).toMatchObject({ method: 'ping' });
});

test('a login too long for the server is refused before it is sent, and does not wait for ever', async () => {
  const board = await TestBoard.start();
  const connection = await Connection.open({ host: '127.0.0.1', port: board.port });
  const login = connection.call('session.login', { user: 'x'.repeat(5000) });
  await expect(login).rejects.toMatchObject({ code: 'LINE_TOO_LONG' });
  connection.close();
});

test('calls that are pending when the connection is lost are rejected, and so are later calls', async () => {
  const { client, connection } = await connected();
  const replies = [connection.call('ping', {}), connection.call('group.list', {})];
  const closed = once(connection, 'closed');
  await client.request();
  client.socket.end();
  for (const reply of replies) await expect(reply).rejects.toThrow(lost);
  expect(await closed).toEqual(['The server closed it.']);
  await expect(connection.call('ping', {})).rejects.toThrow(lost);
});

test('a client distinguishes a connection that was cut from one that the server closed', async () => {
  const { client, connection } = await connected();
  const closed = once(connection, 'closed');
  client.socket.resetAndDestroy();
  expect(await closed).toEqual(['The server cut it off.']);
});

test('the reason that the server gives for closing is kept', async () => {
  const { client, connection, notices } = await connected();
  const closed = once(connection, 'closed');
  client.send({ method: 'session.closing', params: { reason: 'Time for tea.' } });
  client.socket.end();
  expect(await closed).toEqual(['Time for tea.']);
  expect(notices).toEqual([]);
});

test('a client that closes the connection itself gets no event about it', async () => {
  const { client, connection } = await connected();
  const events: unknown[] = [];
  connection.on('closed', (reason) => events.push(reason));
  const reply = connection.call('ping', {});
  await client.request();
  connection.close();
  await expect(reply).rejects.toThrow(lost);
  await once(client.socket, 'close');
  expect(events).toEqual([]);
});

test('the error for an address where nothing listens says what to check', async () => {
  const { address } = await ScriptedServer.start();
  await expect(Connection.open({ ...address, host: '127.0.0.9' })).rejects.toThrow(
    `Nothing listens on 127.0.0.9:${address.port}. Check the address and the port, and whether the board is running.`,
  );
});

test('the error for an unknown host name says what to check', async () => {
  await expect(Connection.open({ host: 'nowhere.invalid', port: 6789 })).rejects.toThrow(
    /^There is no host called "nowhere.invalid"|^The name "nowhere.invalid" could not be looked up/,
  );
});

test('connecting to a server that sends nothing fails after a timeout', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const server = await ScriptedServer.start();
    const accepted = server.client();
    const opened = Connection.open(server.address);
    await (await accepted).request();
    vi.advanceTimersByTime(10_000);
    await expect(opened).rejects.toThrow(
      `127.0.0.1:${server.address.port} does not answer. Check the address and the port, and whether a firewall is in between.`,
    );
  } finally {
    vi.useRealTimers();
  }
});

test('connecting to a server that is not a board fails and says so', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const opened = Connection.open(server.address);
  (await accepted).socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  await expect(opened).rejects.toThrow(
    `127.0.0.1:${server.address.port} closed the connection at once: The server closed it. Check that it is a corkboard.`,
  );
});

test('connecting can be given up', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const abort = new AbortController();
  const opened = Connection.open(server.address, abort.signal);
  const client = await accepted;
  await client.request();
  abort.abort();
  await expect(opened).rejects.toThrow('closed the connection');
  await once(client.socket, 'close');
});
