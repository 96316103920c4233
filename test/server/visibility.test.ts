import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import type { TextPeer } from '../helpers/text-peer.ts';
import { numbersIn, range } from './support.ts';

/** What a member of main sees, by each of the ways there are; they have to agree. */
async function seenInText(peer: TextPeer, highest: number): Promise<number[]> {
  const listed = numbersIn(await peer.ask('%list'));
  expect(numbersIn(await peer.ask('%list all'))).toEqual(listed);
  const read: number[] = [];
  for (const number of range(1, highest)) {
    if ((await peer.ask(`%message ${number}`)).startsWith('---')) read.push(number);
  }
  expect(read).toEqual(listed);
  return listed;
}

async function seenByProgram(peer: JsonPeer, highest: number): Promise<number[]> {
  const list = async (bounds: object) => {
    const { messages } = await peer.call('message.list', { group: 'main', ...bounds });
    return messages.map(({ number }) => number);
  };
  const listed = await list({});
  expect(await list({ after: 0 })).toEqual(listed);
  expect(await list({ before: highest + 1 })).toEqual(listed);
  const read: number[] = [];
  for (const number of range(1, highest)) {
    const { error } = await peer.request('message.get', { group: 'main', number });
    if (!error) read.push(number);
    else expect(error.data.code).toBe('MESSAGE_NOT_FOUND');
  }
  expect(read).toEqual(listed);
  return listed;
}

async function post(peer: JsonPeer, count: number): Promise<void> {
  for (let each = 0; each < count; each++) {
    await peer.call('message.post', { group: 'main', subject: 's', content: 'c' });
  }
}

test('a member sees the last two messages from before joining, and every message after', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  await post(bob, 5);

  const person = await board.person('alice');
  expect(numbersIn(await person.ask('%join'))).toEqual([4, 5]);
  const program = await board.program('bot');
  const { messages } = await program.call('group.join', { group: 'main' });
  expect(messages.map(({ number }) => number)).toEqual([4, 5]);

  await post(bob, 2);
  await person.receivedSoFar();
  expect(await seenInText(person, 8)).toEqual([4, 5, 6, 7]);
  expect(await seenByProgram(program, 8)).toEqual([4, 5, 6, 7]);
  expect(await seenByProgram(bob, 8)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test.each([0, 1, 2])('a user who joins a group of %i messages sees all of them', async (count) => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  await post(bob, count);
  const alice = await board.member('alice');
  await post(bob, 1);
  await alice.receivedSoFar();
  expect(await seenInText(alice, count + 1)).toEqual(range(1, count + 1));
});

test('joining again changes which messages are visible', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const person = await board.member('alice');
  const program = await board.memberProgram('bot');
  await post(bob, 5);
  await person.ask('%leave');
  await program.call('group.leave', { group: 'main' });
  await post(bob, 3);

  expect(numbersIn(await person.ask('%join'))).toEqual([7, 8]);
  const { messages } = await program.call('group.join', { group: 'main' });
  expect(messages.map(({ number }) => number)).toEqual([7, 8]);
  await post(bob, 1);
  await person.receivedSoFar();
  expect(await seenInText(person, 9)).toEqual([7, 8, 9]);
  expect(await seenByProgram(program, 9)).toEqual([7, 8, 9]);
});

test('being offline does not change which messages are visible', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  await post(bob, 5);
  const before = await board.memberProgram('alice');
  await before.call('session.logout', {});
  await post(bob, 5);
  const again = await board.program('alice');
  expect(await seenByProgram(again, 10)).toEqual(range(4, 10));
});

test('a user’s own messages from before joining are visible by the same rule as others', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await post(alice, 5);
  await alice.call('group.leave', { group: 'main' });
  await alice.call('group.join', { group: 'main' });
  expect(await seenByProgram(alice, 5)).toEqual([4, 5]);
});

test('unread counts no message that is not visible', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  await post(bob, 5);
  const before = await board.memberProgram('alice');
  await before.call('session.logout', {});
  await post(bob, 3);
  const again = await board.connectProgram();
  expect(await again.call('session.login', { user: 'alice' })).toMatchObject({
    memberships: [{ unread: 3, lastNumber: 8 }],
  });
});

test('a user who has left a group sees none of its messages', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await alice.ask('%post hello c');
  await alice.ask('%leave');
  for (const line of ['%list', '%list all', '%message 1', '%users']) {
    expect(await alice.ask(line)).toMatch(/^\[ERROR\] You are not a member of main\..*\n$/);
  }
});
