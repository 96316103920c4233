import { expect, test } from 'vitest';
import { schemas } from '../../src/protocol/schemas.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer, Received } from '../helpers/json-peer.ts';
import { range } from './support.ts';

type Request = [method: string, params?: object];

function post(subject: string): Request {
  return ['message.post', { group: 'main', subject, content: 'c' }];
}

/** Sends all requests in one write, and returns the replies in the order of the requests. */
async function together(peer: JsonPeer, requests: Request[]): Promise<Received[]> {
  const batch = `r${peer.received.length}`;
  const lines = requests.map(([method, params], at) => {
    return JSON.stringify({ jsonrpc: '2.0', id: `${batch}-${at}`, method, params });
  });
  peer.write(lines.map((line) => `${line}\n`).join(''));
  return Promise.all(requests.map((_, at) => peer.reply(`${batch}-${at}`)));
}

const login: Request = ['session.login', { user: 'alice' }];
const join: Request = ['group.join', { group: 'main' }];
const leave: Request = ['group.leave', { group: 'main' }];
const list: Request = ['message.list', { group: 'main' }];

function subjects(reply: Received | undefined): string[] {
  const { messages } = schemas['message.list'].result.parse(reply?.result);
  return messages.map(({ subject }) => subject);
}

test('requests sent in one write take effect in order, each under its id', async () => {
  const board = await TestBoard.start();
  const peer = await board.connectProgram();
  const replies = await together(peer, [login, join, post('a'), post('b'), list, post('c'), list]);
  expect(replies[0]?.result).toMatchObject({ user: 'alice' });
  expect(replies[1]?.result).toMatchObject({ group: 'main', messages: [] });
  expect(replies[2]?.result).toMatchObject({ number: 1, subject: 'a' });
  expect(replies[3]?.result).toMatchObject({ number: 2, subject: 'b' });
  expect(subjects(replies[4])).toEqual(['a', 'b']);
  expect(replies[5]?.result).toMatchObject({ number: 3, subject: 'c' });
  expect(subjects(replies[6])).toEqual(['a', 'b', 'c']);
});

test('a read sees what was written before it, and nothing that was written after', async () => {
  const board = await TestBoard.start();
  const peer = await board.memberProgram('alice');
  const requests = range(1, 50).flatMap((number) => [post(`s${number}`), list]);
  const replies = await together(peer, requests);
  for (const number of range(1, 50)) {
    expect(subjects(replies[2 * number - 1]).length).toBe(number);
  }
});

test('a request that depends on an earlier one of the same write sees its effect', async () => {
  const board = await TestBoard.start();
  const peer = await board.connectProgram();
  const requests = [
    post('early'),
    login,
    post('early'),
    join,
    post('a'),
    leave,
    post('late'),
    join,
  ];
  const replies = await together(peer, requests);
  const outcomes = replies.map(({ error }) => error?.data.code ?? 'done');
  expect(outcomes).toEqual([
    'NOT_LOGGED_IN',
    'done',
    'NOT_MEMBER',
    'done',
    'done',
    'done',
    'NOT_MEMBER',
    'done',
  ]);
});

test('an error is sent in its place between the replies', async () => {
  const board = await TestBoard.start();
  const peer = await board.memberProgram('alice');
  const from = peer.received.length;
  const line = (id: number, method: string, params = {}) =>
    JSON.stringify({ jsonrpc: '2.0', id, method, params });
  peer.write(
    `${[
      line(101, 'message.post', { group: 'main', subject: 's', content: 'c' }),
      'no JSON',
      line(102, 'ping'),
      '[]',
      line(103, 'no.such.method'),
      line(104, 'ping', { x: 1 }),
      line(105, 'ping'),
    ].join('\n')}\n`,
  );
  await peer.reply(105);
  const ids = peer.received.slice(from).map(({ id }) => id);
  expect(ids).toEqual([101, null, 102, null, 103, 104, 105]);
});

test('requests sent after a logout are not carried out', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const peer = await board.memberProgram('alice');
  peer.write(
    `${[post('before'), ['session.logout'], post('after')]
      .map(([method, params], id) =>
        JSON.stringify({ jsonrpc: '2.0', id: `r${id}`, method, params }),
      )
      .join('\n')}\n`,
  );
  await peer.until(() => peer.ended || undefined);
  expect(peer.received.slice(-2).map(({ id }) => id)).toEqual(['r0', 'r1']);
  const { messages } = await bob.call('message.list', { group: 'main' });
  expect(messages.map(({ subject }) => subject)).toEqual(['before']);
});

test('a thousand posts in one write are all stored, in the order sent', async () => {
  const board = await TestBoard.start();
  const peer = await board.memberProgram('alice');
  const sent = range(1, 1000).map((number) => `s${number}`);
  const replies = await together(peer, sent.map(post));
  expect(replies.map(({ result }) => (result as { number: number }).number)).toEqual(
    range(1, 1000),
  );
  const [reply] = await together(peer, [['message.list', { group: 'main', limit: 1000 }]]);
  expect(subjects(reply)).toEqual(sent);
});
