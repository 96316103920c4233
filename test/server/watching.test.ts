import { expect, test } from 'vitest';
import { groupName } from '../../src/board/names.ts';
import { TestBoard } from '../helpers/board.ts';

test('a session that watches the list of groups is notified once of a change, and of nothing secret', async () => {
  const board = await TestBoard.start();
  await board.protect('bob', 'correct horse');
  const bob = await board.protectedProgram('bob', 'correct horse');
  const alice = await board.memberProgram('alice');
  const changes = [
    () => bob.call('group.create', { name: 'plans' }),
    () => bob.call('group.edit', { group: 'plans', description: 'What comes' }),
    () => bob.call('group.edit', { group: 'plans', access: 'secret' }),
    () => bob.call('group.edit', { group: 'plans', access: 'open' }),
    () => bob.call('group.delete', { group: 'plans' }),
    () => board.operate((operator) => operator.createGroup(groupName('trips'), '')),
  ];
  for (const change of changes) {
    await alice.call('group.list', { watch: true });
    await change();
    expect(await alice.notice()).toMatchObject({ method: 'groups.changed', params: {} });
  }
  // Nothing more comes until it asks again, and a secret group is never heard of.
  await bob.call('group.create', { name: 'more' });
  await alice.call('group.list', { watch: true });
  await bob.call('group.create', { name: 'hidden', access: 'secret' });
  await bob.call('group.edit', { group: 'hidden', description: 'Still secret' });
  await bob.call('group.delete', { group: 'hidden' });
  await bob.call('group.join', { group: 'main' });
  expect(await alice.notice()).toMatchObject({ method: 'member.joined' });
});

test('thread.list says which threads are closed', async () => {
  const board = await TestBoard.start();
  await board.protect('bob', 'correct horse');
  const bob = await board.protectedProgram('bob', 'correct horse');
  await bob.call('group.create', { name: 'plans' });
  for (const subject of ['Open', 'Closed']) {
    await bob.call('message.post', { group: 'plans', subject, content: 'x' });
  }
  await bob.call('thread.close', { group: 'plans', thread: 2 });
  const { threads } = await bob.call('thread.list', { group: 'plans' });
  expect(threads.map(({ thread, closed }) => [thread, closed])).toEqual([
    [2, true],
    [1, undefined],
  ]);
});
