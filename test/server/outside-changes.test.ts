import { expect, test } from 'vitest';
import type { OutsideEvent } from '../../src/board/events.ts';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { numbersIn } from './support.ts';

const main = { id: 1, name: 'main' };
const news = { id: 3, name: 'news' };

/** Changes the database as another process does: the change and its event in one transaction. */
function change(database: Client, statement: string, event?: OutsideEvent): void {
  database.transaction(() => {
    database.exec(statement);
    if (!event) return;
    database.prepare('INSERT INTO outside_changes (event) VALUES (?)').run(JSON.stringify(event));
  })();
}

async function post(peer: JsonPeer, group: string, count: number): Promise<void> {
  for (let each = 0; each < count; each++) {
    await peer.call('message.post', { group, subject: 's', content: 'c' });
  }
}

const removal: [string, OutsideEvent] = [
  'DELETE FROM groups WHERE id = 3',
  { type: 'group.removed', group: news },
];

import { openRules } from '../../src/board/types.ts';

test('the members of a deleted group are notified while nobody else does anything', async () => {
  const board = await TestBoard.start();
  const person = await board.member('alice', 'news');
  const program = await board.memberProgram('bot', 'news');
  const elsewhere = await board.member('bob');
  await person.receivedSoFar();
  change(board.database(), ...removal);
  expect(await person.expect('\n')).toBe(
    '[GROUP:news] [NOTIFY] The group was removed by the operator.\n',
  );
  expect(await program.notice()).toEqual({
    jsonrpc: '2.0',
    method: 'group.removed',
    params: { group: 'news', groupId: 3 },
  });
  expect(await elsewhere.receivedSoFar()).toBe('');
});

test('members of a deleted group cannot use it any more, at once', async () => {
  const board = await TestBoard.start();
  const person = await board.member('alice', 'news');
  const program = await board.memberProgram('bot', 'news');
  const bob = await board.member('bob', 'news');
  await program.notices();
  change(board.database(), ...removal);
  const post = { group: 'news', subject: 's', content: 'c' };
  expect(await program.errorOf('message.post', post)).toEqual({
    word: 'GROUP_NOT_FOUND',
    code: 200,
  });
  expect(await person.ask('%grouplist news')).toContain('[ERROR] There is no group news.');
  expect(await person.ask('%whoami')).toBe('[INFO] You are alice, in no group yet.\n');

  await program.until(() => program.received.find(({ method }) => method === 'group.removed'));
  await program.notices();
  bob.finish();
  await bob.toEnd();
  // A presence notice about bob would come before this one, about someone in another group.
  await program.call('group.join', { group: 'main' });
  const carol = await board.memberProgram('carol');
  await carol.call('session.logout', {});
  expect((await program.notice()).method).toBe('member.joined');
  expect((await program.notice()).params).toEqual({
    group: 'main',
    groupId: 1,
    online: [],
    offline: ['carol'],
  });
});

test('a new group with the name of a deleted one is another group', async () => {
  const board = await TestBoard.start();
  const program = await board.memberProgram('bot', 'news');
  await post(program, 'news', 3);
  const database = board.database();
  change(database, ...removal);
  change(database, "INSERT INTO groups (name, name_key, created_at) VALUES ('news', 'news', 1)");
  expect(await program.errorOf('message.list', { group: 'news' })).toMatchObject({
    word: 'NOT_MEMBER',
  });
  const person = await board.member('alice', 'news');
  await program.until(() => program.received.find(({ method }) => method === 'group.removed'));
  await program.notices();
  expect(await person.ask('%grouppost news s c')).toBe(
    '[SUCCESS] Message 1 posted in news. Subject: s\n',
  );
  expect(await program.notices()).toEqual([]);
});

test('a group made by another process can be joined at once', async () => {
  const board = await TestBoard.start();
  const person = await board.person('alice');
  const bob = await board.program('bob');
  change(
    board.database(),
    "INSERT INTO groups (name, name_key, description, created_at) VALUES ('Chess', 'chess', 'Moves', 1)",
  );
  expect(await person.ask('%groups')).toMatch(/6 \| Chess +\| Moves /);
  expect(await person.ask('%groupjoin CHESS')).toContain('[SUCCESS] You joined Chess.\n');
  await bob.call('group.join', { group: 6 });
  await bob.call('message.post', { group: 'chess', subject: 'e4', content: 'c' });
  await person.expect('[GROUP:Chess] [NOTIFY] New message from bob (ID: 1,');
});

test('a group’s new name and description are announced, and in force', async () => {
  const board = await TestBoard.start();
  const person = await board.member('alice', 'news');
  const program = await board.memberProgram('bot', 'news');
  await person.receivedSoFar();
  await program.notices();
  const database = board.database();
  const renamed = { id: 3, name: 'Tidings' };
  const description = 'What is new';
  change(database, "UPDATE groups SET name = 'Tidings', name_key = 'tidings' WHERE id = 3", {
    type: 'group.changed',
    group: renamed,
    was: 'news',
    description,
    rules: openRules,
  });
  expect(await person.expect('\n')).toBe(
    '[GROUP:news] [NOTIFY] The group is now called Tidings.\n',
  );
  expect(await program.notice()).toEqual({
    jsonrpc: '2.0',
    method: 'group.changed',
    params: { group: 'Tidings', groupId: 3, was: 'news', description, ...openRules },
  });
  change(database, "UPDATE groups SET description = 'What was' WHERE id = 3", {
    type: 'group.changed',
    group: renamed,
    was: 'Tidings',
    description: 'What was',
    rules: openRules,
  });
  expect(await person.expect('\n')).toBe(
    '[GROUP:Tidings] [NOTIFY] The description is now: What was\n',
  );
  expect((await program.notice()).params).toEqual({
    group: 'Tidings',
    groupId: 3,
    was: 'Tidings',
    description: 'What was',
    ...openRules,
  });

  expect(await person.ask('%grouppost news s c')).toContain('[ERROR] There is no group news.');
  await person.ask('%grouppost tidings s c');
  expect((await program.notice()).params).toMatchObject({ group: 'Tidings' });
  const carol = await board.memberProgram('carol', 'tidings');
  await carol.call('session.logout', {});
  await person.expect('[GROUP:Tidings] [NOTIFY] Offline: carol.\n');
});

test('a purge is announced, and the purged messages cannot be read', async () => {
  const board = await TestBoard.start();
  const person = await board.member('alice');
  const program = await board.memberProgram('bot');
  const elsewhere = await board.member('bob', 'news');
  await post(program, 'main', 5);
  await person.receivedSoFar();
  await program.notices();
  const database = board.database();
  change(
    database,
    'DELETE FROM messages WHERE number <= 3; UPDATE groups SET message_count = 2 WHERE id = 1',
    { type: 'messages.purged', group: main, count: 3, first: 1, last: 3 },
  );
  expect(await person.expect('\n')).toBe(
    '[GROUP:main] [NOTIFY] 3 messages between 1 and 3 were removed by the operator.\n',
  );
  expect(await program.notice()).toEqual({
    jsonrpc: '2.0',
    method: 'messages.purged',
    params: { group: 'main', groupId: 1, count: 3, first: 1, last: 3 },
  });
  expect(numbersIn(await person.ask('%list'))).toEqual([4, 5]);
  expect(await person.ask('%message 3')).toContain('There is no message 3 for you in main.');

  change(
    database,
    'DELETE FROM messages WHERE number = 5; UPDATE groups SET message_count = 1 WHERE id = 1',
    { type: 'messages.purged', group: main, count: 1, first: 5, last: 5 },
  );
  expect(await person.expect('\n')).toBe(
    '[GROUP:main] [NOTIFY] Message 5 was removed by the operator.\n',
  );
  // Its number is not given out again.
  expect(await person.ask('%post s c')).toBe('[SUCCESS] Message 6 posted in main. Subject: s\n');
  expect(await elsewhere.receivedSoFar()).toBe('');
});

test('a message whose sender was deleted is from [deleted]', async () => {
  const board = await TestBoard.start();
  const gone = await board.memberProgram('gone');
  await post(gone, 'main', 1);
  await gone.call('session.logout', {});
  const person = await board.member('alice');
  const program = await board.memberProgram('bot');
  change(board.database(), "DELETE FROM users WHERE name = 'gone'");
  expect(await person.ask('%list')).toContain('ID: 1 | Sender: [deleted] | Date: ');
  expect(await person.ask('%message 1')).toContain('\nSender: [deleted]\n');
  expect(await program.call('message.get', { group: 'main', number: 1 })).toMatchObject({
    sender: '[deleted]',
    senderId: null,
  });
});

test('changes made while no server ran are not announced', async () => {
  const board = await TestBoard.start();
  const before = await board.memberProgram('bot', 'news');
  await before.call('session.logout', {});
  const describe = (description: string) =>
    change(board.database(), `UPDATE groups SET description = '${description}' WHERE id = 3`, {
      type: 'group.changed',
      group: news,
      was: 'news',
      description,
      rules: openRules,
    });
  await board.restart(() => describe('x'));
  const bot = await board.program('bot');
  describe('y');
  expect((await bot.notice()).params).toMatchObject({ description: 'y' });
});

test('every reply uses the old name of a renamed group until the new one is announced', async () => {
  const board = await TestBoard.start();
  const program = await board.memberProgram('bot', 'news');
  // Somebody is left to be notified once the program has left.
  await board.memberProgram('carol', 'news');
  const group = 3;
  const names = async () => {
    const message = { group, subject: 's', content: 'c' };
    const posted = await program.call('message.post', message);
    const { number } = posted;
    const replies = [
      posted,
      await program.call('message.get', { group, number }),
      await program.call('message.list', { group }),
      await program.call('group.members', { group }),
      await program.call('group.leave', { group }),
      await program.call('group.join', { group }),
    ];
    const { groups } = await program.call('group.list', {});
    const listed = groups.find(({ id }: { id: number }) => id === group)?.name;
    return [...replies.map((reply) => reply.group), listed];
  };
  // The announcement of a change is a row of its own: without it the new name is not announced.
  change(board.database(), "UPDATE groups SET name = 'newest', name_key = 'newest' WHERE id = 3");
  const before = await names();
  expect(new Set(before)).toEqual(new Set(['news']));
});
