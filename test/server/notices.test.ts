import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { undated } from './support.ts';

test('a new message is announced at once to every member, person or program', async () => {
  const board = await TestBoard.start();
  const person = await board.member('alice');
  const program = await board.memberProgram('bot');
  const poster = await board.memberProgram('bob');
  await person.receivedSoFar();
  await program.notices();

  const params = { group: 'main', subject: 'hello all', content: 'c' };
  const { group, groupId, ...message } = await poster.call('message.post', params);

  const date = `${message.postedAt.slice(0, 19)}Z`;
  expect(await person.expect('\n')).toBe(
    `[GROUP:main] [NOTIFY] New message from bob (ID: 1, Date: ${date}, Subject: hello all)\n`,
  );
  expect(await program.notice()).toEqual({
    jsonrpc: '2.0',
    method: 'message.posted',
    params: { group, groupId, message },
  });
});

test('programs are notified of messages of people, and people of messages of programs', async () => {
  const board = await TestBoard.start();
  const person = await board.member('alice');
  const program = await board.memberProgram('bot');
  await person.expect('User bot joined the group.\n');
  await person.ask('%post hello c');
  expect((await program.notice()).params).toMatchObject({
    group: 'main',
    message: { number: 1, sender: 'alice', subject: 'hello' },
  });
  await program.call('message.post', { group: 'main', subject: 'hello too', content: 'c' });
  expect(undated(await person.expect('\n'))).toBe(
    '[GROUP:main] [NOTIFY] New message from bot (ID: 2, Date: DATE, Subject: hello too)\n',
  );
});

test('the members are notified when a user joins or leaves', async () => {
  const board = await TestBoard.start();
  const person = await board.member('alice');
  const program = await board.memberProgram('bot');
  await person.receivedSoFar();
  const carol = await board.program('carol');
  await carol.call('group.join', { group: 'main' });
  await carol.call('group.leave', { group: 'main' });
  expect(await person.receivedSoFar()).toBe(
    '[GROUP:main] [NOTIFY] User carol joined the group.\n' +
      '[GROUP:main] [NOTIFY] User carol left the group.\n',
  );
  const params = { group: 'main', groupId: 1, user: 'carol', userId: 3 };
  expect(await program.notices()).toEqual([
    {
      jsonrpc: '2.0',
      method: 'member.joined',
      params: { ...params, lastNumber: 0, change: expect.any(Number) },
    },
    { jsonrpc: '2.0', method: 'member.left', params },
  ]);
});

test('a user who is not a member of a group gets no notices about it', async () => {
  const board = await TestBoard.start();
  const elsewhere = await board.member('alice', 'news');
  const nowhere = await board.program('bot');
  const nameless = await board.connect();
  await nameless.expect('What is your username? ');
  const poster = await board.member('bob');
  await poster.ask('%post hello c');
  await poster.ask('%leave');
  expect(await elsewhere.receivedSoFar()).toBe('');
  expect(await nowhere.notices()).toEqual([]);
  expect(await nameless.receivedSoFar()).not.toContain('NOTIFY');
});

test('a user who has left a group gets no more notices of it', async () => {
  const board = await TestBoard.start();
  const person = await board.member('alice');
  const program = await board.memberProgram('bot');
  const poster = await board.member('bob');
  await program.call('group.leave', { group: 'main' });
  await person.ask('%leave');
  await program.notices();
  await poster.ask('%post hello c');
  expect(await person.receivedSoFar()).toBe('');
  expect(await program.notices()).toEqual([]);
});

test('the session that posts, joins or leaves gets the reply and no notice', async () => {
  const board = await TestBoard.start();
  const person = await board.person('alice');
  expect(await person.ask('%join')).not.toContain('NOTIFY');
  expect(await person.ask('%post hello c')).toBe(
    '[SUCCESS] Message 1 posted in main. Subject: hello\n',
  );
  expect(await person.ask('%leave')).toBe('[SUCCESS] You left main.\n');
  const program = await board.memberProgram('bot');
  await program.call('message.post', { group: 'main', subject: 's', content: 'c' });
  await program.call('group.leave', { group: 'main' });
  expect(await program.notices()).toEqual([]);
});

test('a reply comes before the notices of later events', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const bob = await board.memberProgram('bob');
  await alice.notices();
  const from = alice.received.length;
  const params = { group: 'main', subject: 's', content: 'c' };
  const [mine, theirs] = await Promise.all([
    alice.call('message.post', params),
    bob.call('message.post', params),
  ]);
  await alice.notices();
  const came = alice.received.slice(from);
  expect(came[0]?.result).toMatchObject({ number: mine.number });
  expect(came[1]?.params).toMatchObject({ message: { number: theirs.number } });
});

test('a refused command causes no notice', async () => {
  const board = await TestBoard.start();
  const person = await board.member('alice');
  const program = await board.memberProgram('bot');
  await person.receivedSoFar();
  await program.errorOf('message.post', { group: 'main', subject: '', content: 'c' });
  await program.errorOf('group.join', { group: 'main' });
  await program.errorOf('group.leave', { group: 'news' });
  expect(await person.receivedSoFar()).toBe('');
});
