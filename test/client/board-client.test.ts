import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { groupName, userName } from '../../src/board/names.ts';
import { groupRef } from '../../src/board/refs.ts';
import { type BoardClient, connect } from '../../src/client/index.ts';
import { toTheEnd } from '../contract/storage.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { boardBehindPath } from './behind-path.ts';
import { info, ScriptedServer } from './scripted-server.ts';

const password = 'correct horse';
const timing = { firstPause: 1, longestPause: 20 };

/** The messages that a client is told of, as `group number`. */
function listen(client: BoardClient) {
  const told: string[] = [];
  const watchers = new Set<() => void>();
  client.on('notice', ({ method, params }) => {
    if (method === 'message.posted') told.push(`${params.group} ${params.message.number}`);
    for (const wake of watchers) wake();
  });
  /** Waits until so many were told, and gives all of them. */
  const until = async (count: number) => {
    while (told.length < count) await new Promise<void>((wake) => watchers.add(wake));
    return told;
  };
  return { told, until };
}

function post(peer: JsonPeer, group: string | number, subject = 'x') {
  return peer.call('message.post', { group, subject, content: 'x' });
}

const numbers = (group: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => `${group} ${first + at}`);

test('missed messages are announced page by page before new ones, with and without a password', async () => {
  const { board, client, cutOff } = await boardBehindPath(timing);
  const bob = await board.memberProgram('bob');
  await board.protect('carol', password);
  for (const [user, options] of [
    ['alice', {}],
    ['carol', { password }],
  ] as const) {
    const { number } = await post(bob, 'main');
    const one = await client(user, options);
    await one.call('group.join', { group: 'main' });
    const { until } = listen(one);
    await cutOff(one, () => Promise.all(Array.from({ length: 1500 }, () => post(bob, 'main'))));
    await post(bob, 'main');
    expect(await until(1501)).toEqual(numbers('main', number + 1, number + 1501));
    await one.close();
  }
});

test('a message is posted once, whether the request or the reply was lost', async () => {
  const { board, path, client, cutOff } = await boardBehindPath(timing);
  const bob = await board.memberProgram('bob');
  const alice = await client('alice');
  await alice.call('group.join', { group: 'main' });
  const { told, until } = listen(alice);
  await bob.notice();

  path.swallows = 'requests';
  const first = alice.post('main', 'first', 'x');
  const list = alice.call('message.list', { group: 'main' });
  const leave = alice.call('group.leave', { group: 'main' });
  await cutOff(alice, async () => {
    path.swallows = 'nothing';
    await expect(leave).rejects.toMatchObject({ name: 'ConnectionLost' });
  });
  expect((await first).number).toBe(1);
  expect((await list).messages.length).toBeLessThanOrEqual(1);

  path.swallows = 'answers';
  const second = alice.post('main', 'second', 'x');
  await bob.until(() =>
    bob.received.find(({ params }) => JSON.stringify(params ?? {}).includes('second')),
  );
  await cutOff(alice, async () => {
    path.swallows = 'nothing';
    await post(bob, 'main');
  });
  expect((await second).number).toBe(2);
  const { messages } = await bob.call('message.list', { group: 'main' });
  expect(messages.map(({ subject }) => subject)).toEqual(['first', 'second', 'x']);
  expect(await until(1)).toEqual(['main 3']);
  expect(told).toEqual(['main 3']);
});

test('a draft that is being kept when the connection is lost is sent again', async () => {
  const { path, client, cutOff } = await boardBehindPath(timing);
  const alice = await client('alice');
  path.swallows = 'requests';
  const kept = alice.call('draft.set', { place: 'news', content: 'x' });
  // This door does not keep drafts, so its refusal shows that the call has come a second time.
  const refused = expect(kept).rejects.toMatchObject({ code: 'METHOD_NOT_FOUND' });
  await cutOff(alice, async () => {
    path.swallows = 'nothing';
  });
  await refused;
});

test('posts made while the server is down are posted once it is back', async () => {
  const { board, client } = await boardBehindPath(timing);
  const alice = await client('alice');
  await alice.call('group.join', { group: 'main' });
  const { port } = board;
  const lost = once(alice, 'lost');
  let posted: Promise<{ number: number }> | undefined;
  const restarted = board.restart(
    () => {
      posted = alice.post('main', 'meanwhile', 'x');
    },
    { port },
  );
  expect(await lost).toMatchObject([{ reason: 'The server is shutting down.' }]);
  await restarted;
  expect(await posted).toMatchObject({ number: 1, subject: 'meanwhile' });
});

test('after a gap the client knows which groups were renamed, left or deleted in the gap', async () => {
  const { board, client, cutOff } = await boardBehindPath(timing);
  const bob = await board.program('bob');
  const alice = await client('alice');
  for (const group of ['news', 'help', 'random']) {
    await bob.call('group.join', { group });
    await alice.call('group.join', { group });
  }
  const { until } = listen(alice);
  for (const group of ['news', 'help', 'random']) await post(bob, group);
  await until(3);
  await cutOff(alice, () =>
    board.operate(async (operator) => {
      await post(bob, 'news');
      for (const _ of [2, 3, 4]) await post(bob, 'help');
      await operator.renameGroup(groupRef('news'), groupName('weekly'));
      await operator.purge(await operator.planPurge(groupRef('help'), { keep: 1 }), toTheEnd);
      await operator.deleteGroup(groupRef('random'), toTheEnd);
      await operator.createGroup(groupName('random'), '');
    }),
  );
  // The board tells of the new name a moment later; a message comes once, before and behind it.
  await post(bob, 'weekly');
  const missed = (await until(6)).slice(3).map((one) => one.replace('weekly', 'news'));
  expect(missed.sort()).toEqual(['help 4', 'news 2', 'news 3']);
  await cutOff(alice, () => post(bob, 'weekly'));
  expect((await until(7)).slice(6)).toEqual([expect.stringMatching(/(news|weekly) 4/)]);
  expect(alice.memberships.map(({ id }) => id)).toEqual([3, 4]);
  await alice.call('group.join', { group: 'random' });
  await bob.call('group.join', { group: 'random' });
  await post(bob, 'random');
  expect((await until(8)).slice(7)).toEqual(['random 1']);
});

test('a user who was deleted during a gap is not created again; a renamed user goes on under the new name', async () => {
  const { board, path, client, cutOff } = await boardBehindPath(timing);
  const alice = await client('alice');
  await cutOff(alice, () =>
    board.operate((operator) => operator.renameUser('alice', userName('Alicia'))),
  );
  expect(alice.user).toBe('Alicia');
  const bob = await client('bob', { password, create: true });

  path.blocked = true;
  const lost = Promise.all([once(alice, 'lost'), once(bob, 'lost')]);
  path.cut();
  await lost;
  await board.operate(async (operator) => {
    for (const name of ['Alicia', 'bob']) await operator.deleteUser(name, 'keep', toTheEnd);
  });
  const ended = Promise.all([once(alice, 'ended'), once(bob, 'ended')]);
  path.blocked = false;
  expect(await ended).toMatchObject([[{ code: 'USER_NOT_FOUND' }], [{ code: 'PASSWORD_WRONG' }]]);
  expect(await board.operate((operator) => operator.users())).toEqual([]);
  expect((await board.program('Alicia')).ended).toBe(false);
});

test('a group joined on another connection of the user is followed here too', async () => {
  const { board, client, cutOff } = await boardBehindPath(timing);
  await board.protect('alice', password);
  const bob = await board.memberProgram('bob');
  await post(bob, 'main');
  const phone = await client('alice', { password });
  const { until } = listen(phone);
  const laptop = await board.protectedProgram('alice', password);
  const joined = once(phone, 'notice');
  await laptop.call('group.join', { group: 'main' });
  await joined;
  await cutOff(phone, async () => {
    await post(bob, 'main');
    await post(laptop, 'main');
    await laptop.call('message.markRead', { group: 'main', number: 3 });
  });
  expect(await until(2)).toEqual(numbers('main', 2, 3));
  await laptop.call('group.leave', { group: 'main' });
  await phone.call('ping', {});
  expect(phone.memberships).toEqual([]);
});

test('a banned user is not let in again, whether the ban came during a connection or a gap', async () => {
  const { board, path, client } = await boardBehindPath(timing);
  const alice = await client('alice');
  const ended = once(alice, 'ended');
  await board.operate((operator) => operator.banUser('alice', 'spam'));
  const reason = 'You were banned from this board: spam.';
  expect(await ended).toMatchObject([{ name: 'ConnectionError', message: reason }]);
  await expect(alice.call('ping', {})).rejects.toThrow(reason);

  const carol = await client('carol');
  path.blocked = true;
  path.cut();
  await once(carol, 'lost');
  const waiting = carol.call('ping', {});
  await board.operate((operator) => operator.banUser('carol', 'spam'));
  const over = once(carol, 'ended');
  path.blocked = false;
  expect(await over).toMatchObject([{ code: 'BANNED' }]);
  await expect(waiting).rejects.toMatchObject({ code: 'BANNED' });
});

test('a client whose session was taken over does not take it back', async () => {
  const server = await ScriptedServer.start();
  const accepted = server.client();
  const connected = connect({ ...server.address, user: 'alice', timing });
  const peer = await accepted;
  await peer.welcome();
  const ended = once(await connected, 'ended');
  peer.send({ method: 'session.closing', params: { reason: 'Taken.', code: 'TAKEN_OVER' } });
  peer.socket.end();
  expect(await ended).toMatchObject([{ message: 'Taken.' }]);
});

test('a late resume of the client itself does not end its session', async () => {
  const server = await ScriptedServer.start();
  let accepted = server.client();
  const next = async () => {
    const peer = await accepted;
    accepted = server.client();
    await peer.answerNext(info);
    return peer;
  };
  const connected = connect({ ...server.address, user: 'alice', timing });
  const first = await next();
  await first.answerNext({ user: 'alice', userId: 1, token: 't', memberships: [] });
  const alice = await connected;
  first.socket.end();
  const second = await next();
  expect(await second.request()).toMatchObject({
    method: 'session.resume',
    params: { token: 't' },
  });
  second.socket.end();
  const third = await next();
  await third.answerNext({ user: 'alice', userId: 1, token: 't', memberships: [] });
  third.send({ method: 'session.closing', params: { reason: 'Taken.', code: 'TAKEN_OVER' } });
  third.socket.end();
  const fourth = await next();
  const ended = once(alice, 'ended');
  await fourth.answerNext({ user: 'alice', userId: 1, token: 't', memberships: [] });
  fourth.send({ method: 'session.closing', params: { reason: 'Taken.', code: 'TAKEN_OVER' } });
  fourth.socket.end();
  await ended;
});

test('a client whose token is not valid any more logs in by name, once the name is free', async () => {
  const { board, client, cutOff } = await boardBehindPath(timing);
  const alice = await client('alice');
  let other: JsonPeer | undefined;
  await cutOff(alice, async () => {
    board.database().exec('DELETE FROM tokens');
    other = await board.program('alice');
    setTimeout(() => other?.socket.destroy(), 50);
  });
  expect(alice.user).toBe('alice');
  await alice.call('group.join', { group: 'main' });
});

test('a connection that is dead without an error is detected', async () => {
  const { path, client } = await boardBehindPath(timing);
  const alice = await client('alice', { timing: { ...timing, quiet: 40, answer: 40 } });
  const lost = once(alice, 'lost');
  path.swallows = 'answers';
  expect(await lost).toMatchObject([{ reason: 'The server does not answer any more.' }]);
  path.swallows = 'nothing';
  await alice.call('ping', {});
});

test('waiting calls are limited in number, and rejected when the client is closed', async () => {
  const { path, client } = await boardBehindPath(timing);
  const alice = await client('alice');
  path.blocked = true;
  path.cut();
  await once(alice, 'lost');
  const waiting = Array.from({ length: 1000 }, () => alice.call('ping', {}));
  await expect(alice.call('ping', {})).rejects.toThrow('1000 calls wait for it already.');
  await alice.close();
  for (const call of waiting) await expect(call).rejects.toThrow('was closed before this was done');
});

test('the error for a group that was deleted during a gap has its name', async () => {
  const { board, path, client } = await boardBehindPath(timing);
  const alice = await client('alice');
  await alice.call('group.join', { group: 'news' });
  path.blocked = true;
  const lost = once(alice, 'lost');
  path.cut();
  await lost;
  const posted = alice.post('news', 's', 'x');
  const listed = alice.call('message.list', { group: 3 });
  await board.operate((operator) => operator.deleteGroup(groupRef('news'), toTheEnd));
  path.blocked = false;
  await expect(posted).rejects.toThrow('There is no group news.');
  await expect(listed).rejects.toThrow('There is no group news.');
});

test('direct messages are announced once, also those of a conversation that began during a gap', async () => {
  const { board, client, cutOff } = await boardBehindPath(timing);
  for (const name of ['alice', 'dave', 'erin']) await board.protect(name, password);
  const alice = await client('alice', { password });
  const dave = await board.protectedProgram('dave', password);
  const erin = await board.protectedProgram('erin', password);
  const { until } = listen(alice);

  const { groupId, group } = await alice.direct('dave');
  expect(group).toBe('@dave');
  await alice.post('@dave', 'mine', 'x');
  await post(dave, '@alice');
  expect(await until(1)).toEqual(['@dave 2']);
  await cutOff(alice, async () => {
    await post(dave, '@alice');
    await post(erin, '@alice');
    await board.operate((operator) => operator.renameUser('dave', userName('robert')));
  });
  expect((await until(3)).slice(1).sort()).toEqual(['@erin 1', '@robert 3']);
  expect(alice.memberships.map((one) => one.group)).toEqual(['@robert', '@erin']);
  await post(dave, groupId);
  expect((await until(4)).at(-1)).toBe('@robert 4');
});

test('memberships follow roles and rules, in the session that changes them and in others', async () => {
  const { board, client } = await boardBehindPath(timing);
  for (const name of ['alice', 'bob']) await board.protect(name, password);
  const alice = await client('alice', { password });
  const phone = await client('alice', { password });
  const bob = await client('bob', { password });
  const of = (session: BoardClient) => {
    const found = session.memberships.find(({ group }) => group === 'plans');
    return found && `${found.role} ${found.access} ${found.posting}`;
  };
  const becomes = (session: BoardClient, what: string | undefined) =>
    expect.poll(() => of(session), { interval: 10, timeout: 5000 }).toBe(what);
  await alice.call('group.create', { name: 'plans', access: 'secret' });
  expect(of(alice)).toBe('owner secret members');
  await becomes(phone, 'owner secret members');
  await alice.call('group.invite', { group: 'plans', user: 'bob' });
  await bob.call('group.join', { group: 'plans' });
  expect(of(bob)).toBe('member secret members');
  await alice.call('group.edit', { group: 'plans', posting: 'moderators', access: 'invite' });
  expect(of(alice)).toBe('owner invite moderators');
  await becomes(phone, 'owner invite moderators');
  await becomes(bob, 'member invite moderators');
  await alice.call('group.edit', { group: 'plans', name: 'events', replying: 'moderators' });
  expect(of(alice)).toBeUndefined();
  expect(alice.memberships).toMatchObject([{ group: 'events', replying: 'moderators' }]);
  await alice.call('group.edit', { group: 'events', name: 'plans' });
  await expect.poll(() => bob.memberships).toMatchObject([{ group: 'plans' }]);
  await alice.call('group.setRole', { group: 'plans', user: 'bob', role: 'moderator' });
  await becomes(bob, 'moderator invite moderators');
  await alice.call('group.setRole', { group: 'plans', user: 'bob', role: 'owner' });
  expect(of(alice)).toBe('moderator invite moderators');
  await becomes(phone, 'moderator invite moderators');
  await becomes(bob, 'owner invite moderators');
  const ended = once(alice, 'notice');
  await bob.call('group.bar', { group: 'plans', user: 'alice', reason: 'no more' });
  expect(await ended).toMatchObject([
    { method: 'membership.ended', params: { act: 'bar', by: 'bob', reason: 'no more' } },
  ]);
  expect(of(alice)).toBeUndefined();
  await becomes(phone, undefined);
  await bob.call('group.delete', { group: 'plans' });
  expect(of(bob)).toBeUndefined();
});

test('a message in a conversation that the login has left out is announced, also if it comes during a gap', async () => {
  const server = await ScriptedServer.start();
  let accepted = server.client();
  const next = async () => {
    const peer = await accepted;
    accepted = server.client();
    peer.write('Who? \n');
    await peer.answerNext(info);
    return peer;
  };
  const session = {
    ...{ user: 'alice', userId: 1, token: 't', more: true },
    memberships: [
      { id: 5, group: 'main', unread: 0, lastRead: 0, lastNumber: 0, change: 40, notify: 'all' },
    ],
  };
  const message = (number: number) => ({
    ...{ number, senderId: 2, sender: 'dave', postedAt: '2026-11-28T10:00:00.000Z' },
    ...{ subject: `m${number}`, thread: number },
  });
  const connected = connect({ ...server.address, user: 'alice', timing });
  const first = await next();
  await first.answerNext(session);
  const alice = await connected;
  onTestFinished(() => alice.close());
  const announced: string[] = [];
  alice.on('notice', ({ method, params }) => {
    if (method === 'message.posted') announced.push(params.message.subject);
  });
  const dave = { group: '@dave', groupId: 9 };
  first.send({ method: 'message.posted', params: { ...dave, message: message(8) } });
  await vi.waitFor(() => expect(announced).toEqual(['m8']));
  expect(alice.memberships).toMatchObject([{ id: 5 }, { id: 9, lastNumber: 7, change: 40 }]);
  first.socket.end();

  const second = await next();
  await second.answerNext({ ...session, memberships: [{ ...session.memberships[0], change: 40 }] });
  const page = { ...dave, more: false };
  expect(await second.answerNext({ ...page, messages: [message(9)] })).toMatchObject({
    ...{ method: 'message.list', params: { group: 9, after: 8 } },
  });
  const asked = await second.request();
  second.send(
    { id: asked.id, result: { ...page, messages: [] } },
    { method: 'message.posted', params: { ...dave, message: message(10) } },
  );
  await vi.waitFor(() => expect(announced).toEqual(['m8', 'm9', 'm10']));
  expect(alice.memberships.map(({ id }) => id)).toEqual([5, 9]);
});
