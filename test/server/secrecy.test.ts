import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';

const secret = 'nobody-else-may-see-this';

/** Everything a program can ask about a group, by name and by number. */
function questions(group: string | number): [string, object][] {
  return [
    ['group.members', { group }],
    ['message.list', { group }],
    ['message.list', { group, after: 0, limit: 1000 }],
    ['message.list', { group, before: 100 }],
    ['message.get', { group, number: 1 }],
    ['message.markRead', { group, number: 1 }],
    ['message.post', { group, subject: 's', content: 'c' }],
    ['group.leave', { group }],
  ];
}

const commands = [
  '%groupusers news',
  '%grouplist news all',
  '%grouplist 3 5 before 9',
  '%groupmessage news 1',
  '%grouppost news s c',
  '%groupleave 3',
];

async function withSecret(): Promise<{ board: TestBoard; alice: JsonPeer }> {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice', 'news');
  const content = `${secret}, in full`;
  await alice.call('message.post', { group: 'news', subject: secret, content });
  return { board, alice };
}

test('no command shows a user who is not a member anything from a group', async () => {
  const { board, alice } = await withSecret();
  const eve = await board.program('eve');
  for (const [method, params] of [...questions('NEWS'), ...questions(3)]) {
    expect(await eve.errorOf(method, params), method).toMatchObject({ word: 'NOT_MEMBER' });
  }
  const mallory = await board.person('mallory');
  for (const line of commands) expect(await mallory.ask(line)).toContain('not a member of news');

  await alice.call('message.post', { group: 'news', subject: secret, content: 'c' });
  await eve.call('ping', {});
  expect(JSON.stringify(eve.received)).not.toContain(secret);
  expect(await mallory.ask('%groups')).not.toContain(secret);
});

test('joining and leaving in one packet shows the visible messages, and nothing later', async () => {
  const { board, alice } = await withSecret();
  const post = { group: 'news', content: 'c' };
  for (const subject of ['2', '3', '4']) await alice.call('message.post', { ...post, subject });
  const eve = await board.program('eve');
  const answers = await Promise.all([
    eve.request('group.join', { group: 'news' }),
    eve.request('message.get', { group: 'news', number: 1 }),
    eve.request('message.list', { group: 'news', after: 0 }),
    eve.request('group.leave', { group: 'news' }),
    eve.request('message.get', { group: 'news', number: 4 }),
    eve.request('message.list', { group: 'news', after: 0 }),
  ]);
  const [, hidden, list, , gone, none] = answers.map(({ error, result }) => error ?? result);
  expect(hidden).toMatchObject({ data: { code: 'MESSAGE_NOT_FOUND' } });
  expect(list).toMatchObject({ messages: [{ number: 3 }, { number: 4 }] });
  expect([gone, none]).toMatchObject([
    { data: { code: 'NOT_MEMBER' } },
    { data: { code: 'NOT_MEMBER' } },
  ]);
  await alice.call('message.post', { ...post, subject: 'later' });
  expect(await eve.notices()).toEqual([]);
  expect(JSON.stringify(eve.received)).not.toContain(secret);
});

test('a new user with the name of a deleted one has none of their memberships and tokens', async () => {
  const { board, alice } = await withSecret();
  const bob = await board.memberProgram('bob', 'news');
  await bob.call('message.post', { group: 'news', subject: 's', content: 'c', key: 'once' });
  await bob.call('account.setPassword', { password: 'correct horse' });
  const { code } = await runCli(['user', 'delete', 'bob', '--yes', '--data', board.data]);
  expect(code).toBe(0);
  await bob.closed();

  const again = await board.connectProgram();
  const { memberships } = await again.call('session.login', { user: 'bob' });
  expect(memberships).toEqual([]);
  expect(await again.errorOf('message.list', { group: 'news' })).toMatchObject({
    word: 'NOT_MEMBER',
  });
  await again.call('group.join', { group: 'news' });
  const posted = { group: 'news', subject: 'another', content: 'c', key: 'once' };
  expect(await again.call('message.post', posted)).toMatchObject({ number: 3, subject: 'another' });
  const { messages } = await alice.call('message.list', { group: 'news', after: 1 });
  expect(messages.map(({ sender }) => sender)).toEqual(['[deleted]', 'bob']);
});

test('no answer, no notice and no command of the operator shows a hash or a token', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', 'correct horse');
  const alice = await board.protectedProgram('alice', 'correct horse');
  const bob = await board.memberProgram('bob');
  await alice.call('group.join', { group: 'main' });
  await bob.call('group.members', { group: 'main' });
  await bob.call('server.info', {});
  await bob.errorOf('session.login', { user: 'alice', password: 'wrong horse' });
  const { stdout: list } = await runCli(['user', 'list', '--json', '--data', board.data]);
  const { stdout: shown } = await runCli(['user', 'show', 'alice', '--json', '--data', board.data]);
  const others = list + shown + JSON.stringify(bob.received.slice(1));
  const client = board.database();
  const secrets = [
    ...client.prepare('SELECT password_hash FROM users WHERE password_hash NOT NULL').pluck().all(),
    ...client.prepare<[], string>('SELECT hex(key) FROM token_key').pluck().all(),
    alice.token,
    'correct horse',
  ];
  expect(secrets.length).toBe(4);
  for (const each of secrets) expect(others).not.toContain(each);
});
