import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { type ConnectOptions, connect } from '../../src/client/index.ts';
import { boardError } from '../../src/protocol/errors.ts';
import { TestBoard } from '../helpers/board.ts';
import { range } from '../server/support.ts';
import { type ScriptedClient, ScriptedServer } from './scripted-server.ts';

/** A client of a server whose answers the test gives. */
async function scripted(timing: ConnectOptions['timing'] = {}) {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const connected = connect({ ...server.address, user: 'alice', timing });
  const peer = await accepted;
  await peer.welcome();
  const client = await connected;
  onTestFinished(() => client.close());
  return { client, peer };
}

async function refuse(peer: ScriptedClient, code: string, seconds?: number) {
  const request = await peer.request();
  const error = { code: 1, message: 'Not now.', data: { code, seconds } };
  peer.send({ id: request.id, error });
  return request;
}

test('posts that come faster than the board allows are all posted, once and in order', async () => {
  const limits = { commandsPerSecond: 200, commandBurst: 50 };
  const board = await TestBoard.start({ limits });
  const client = await connect({ host: '127.0.0.1', port: board.port, user: 'alice' });
  onTestFinished(() => client.close());
  await client.call('group.join', { group: 'main' });
  const numbers = range(1, 300);
  const posts = numbers.map((number) => client.post('main', `s${number}`, 'x'));
  expect((await Promise.all(posts)).map(({ number }) => number)).toEqual(numbers);
  const { messages } = await client.call('message.list', { group: 'main', limit: 1000 });
  expect(messages.map(({ subject }) => subject)).toEqual(numbers.map((number) => `s${number}`));
});

test.each(['RATE_LIMITED', 'STORAGE_FAILED'])(
  'a call refused with %s is sent again after the pause, before those made after it',
  async (code) => {
    const { client, peer } = await scripted();
    const first = client.post('main', 'one', 'x');
    const second = client.call('ping', {});
    const told = once(client, 'putOff');
    const asked = await refuse(peer, code, 0.1);
    expect(await told).toMatchObject([
      { error: { code }, pause: code === 'RATE_LIMITED' ? 100 : 1000 },
    ]);
    const { method, id } = await peer.request();
    expect(method).toBe('ping');
    peer.send({ id, result: {} });
    await second;
    const again = await peer.request();
    expect({ ...again, id: 0 }).toEqual({ ...asked, id: 0 });
    const header = { number: 1, senderId: 1, sender: 'alice', postedAt: 'now', subject: 'one' };
    peer.send({ id: again.id, result: { group: 'main', groupId: 1, ...header } });
    expect(await first).toMatchObject({ number: 1 });
  },
);

test('after a refusal the client sends one call at a time, until the board accepts one', async () => {
  const { client, peer } = await scripted({ quiet: 1000 });
  const calls = ['one', 'two', 'three'].map((subject) => client.post('main', subject, 'x'));
  for (const call of calls) call.catch(() => undefined);
  for (const _ of calls) await refuse(peer, 'RATE_LIMITED', 0.05);
  const subjects: unknown[] = [];
  const requests = [await peer.request()];
  // The client has nothing more to say for so long that it asks whether the server is there.
  const { id, method } = await peer.request();
  expect(method).toBe('ping');
  peer.send({ id, result: {} });
  const answer = (id: number) => {
    const header = { number: id, senderId: 1, sender: 'alice', postedAt: 'now', subject: 's' };
    peer.send({ id, result: { group: 'main', groupId: 1, ...header } });
  };
  answer(requests[0]?.id ?? 0);
  requests.push(await peer.request(), await peer.request());
  for (const { params } of requests) subjects.push(params.subject);
  expect(subjects).toEqual(['one', 'two', 'three']);
});

test('a refusal that lasts is thrown in the end, with how long the call was tried', async () => {
  const { client, peer } = await scripted({ refused: 1000 });
  const failed = expect(client.call('ping', {})).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    message: 'Not now. It was tried for 1 s.',
  });
  for (const _ of [1, 2, 3]) await refuse(peer, 'RATE_LIMITED', 0.5);
  await failed;
  // The client does not wait for a pause that is longer than its limit.
  const refused = expect(client.call('ping', {})).rejects.toThrow('Not now.');
  await refuse(peer, 'RATE_LIMITED', 3600);
  await refused;
});

test('a login that is put off is sent again', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const connected = connect({ ...server.address, user: 'alice' });
  const peer = await accepted;
  peer.write('Who? \n');
  await refuse(peer, 'RATE_LIMITED', 0.05);
  await refuse(peer, 'RATE_LIMITED', 0.05);
  await peer.answerNext({ user: 'alice', userId: 1, token: 't', memberships: [] });
  expect((await connected).user).toBe('alice');
});

test('programs get the seconds that a refusal asks for', () => {
  expect(boardError('RATE_LIMITED', 3)).toMatchObject({ seconds: 3 });
});

test('a reader does not wait for a mark that cannot be written to a full disk', async () => {
  const { client, peer } = await scripted();
  const marked = client.call('message.markRead', { group: 'main', number: 1 });
  const refused = expect(marked).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  await refuse(peer, 'STORAGE_FAILED');
  await refused;
});

test('times that are too long for a timer are cut, and do not end at once', async () => {
  const overflows: string[] = [];
  const listen = ({ name, message }: Error) => {
    if (name === 'TimeoutOverflowWarning') overflows.push(message);
  };
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  const forever = { quiet: Infinity, answer: Infinity, refused: Infinity, nameInUse: Infinity };
  const { client, peer } = await scripted(forever);
  const refused = client.post('main', 'one', 'x').catch(() => undefined);
  const told = once(client, 'putOff');
  await refuse(peer, 'RATE_LIMITED', 1e12);
  expect(await told).toMatchObject([{ pause: 2 ** 31 - 1 }]);
  await client.close();
  await refused;
  expect(overflows).toEqual([]);
});
