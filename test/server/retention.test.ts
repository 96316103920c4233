import { expect, test } from 'vitest';
import { Caretaker } from '../../src/board/caretaker.ts';
import { databaseFile, openShared } from '../../src/storage/sqlite/file/open.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import { groupNamed } from '../helpers/storage.ts';

test('a retention rule set while the server runs is applied at once, and announced once', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice', 'news');
  const elsewhere = await board.memberProgram('bob');
  for (let each = 0; each < 5; each++) {
    await alice.call('message.post', { group: 'news', subject: 's', content: 'c' });
  }
  const admin = SqliteAdministration.outside(openShared(databaseFile(board.data)));
  await admin.editGroup(groupNamed('news'), { keepMessages: 2 });
  admin.close();
  expect(await alice.notice()).toEqual({
    jsonrpc: '2.0',
    method: 'messages.purged',
    params: { group: 'news', groupId: 3, count: 3, first: 1, last: 3 },
  });
  const { messages } = await alice.call('message.list', { group: 'news' });
  expect(messages.map(({ number }) => number)).toEqual([4, 5]);
  expect(await elsewhere.notices()).toEqual([]);
});

test('a later member is notified of removed messages only as far as the member could see them', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice', 'news');
  const post = { group: 'news', subject: 's', content: 'c' };
  for (let each = 0; each < 5; each++) await alice.call('message.post', post);
  const bob = await board.memberProgram('bob', 'news');
  const dave = await board.member('dave', 'news');
  await alice.call('message.post', post);
  const eve = await board.memberProgram('eve', 'news');
  const mallory = await board.member('mallory', 'news');
  for (const peer of [alice, bob, eve]) await peer.notices();
  for (const peer of [dave, mallory]) await peer.receivedSoFar();
  await board.operate(async (operator) => {
    const plan = await operator.planPurge(groupNamed('news'), { keep: 2 });
    await operator.purge(plan, toTheEnd);
  });
  const removed = { group: 'news', groupId: 3, last: 4 };
  expect((await alice.notice()).params).toEqual({ ...removed, count: 4, first: 1 });
  expect((await bob.notice()).params).toEqual(removed);
  expect(await dave.expect('\n')).toBe(
    '[GROUP:news] [NOTIFY] Messages up to 4 were removed by the operator.\n',
  );
  expect(await eve.notices()).toEqual([]);
  expect(await mallory.receivedSoFar()).toBe('');
  const { groups } = await eve.call('group.list', {});
  expect(groups.find(({ name }) => name === 'news')?.messages).toBe(6);
});

test('retention is checked again and again, also after a failure, until the server closes', async () => {
  const looks: string[] = [];
  const failures: unknown[] = [];
  let third: () => void = () => {};
  const seen = new Promise<void>((resolve) => {
    third = resolve;
  });
  const caretaker = new Caretaker({
    upkeep: {
      removeExpired: async () => {
        looks.push('expired');
        if (looks.length === 1) throw new Error('the disk is full');
        return looks.length > 3;
      },
      removeGroups: async () => true,
      removeEndedBans: async () => true,
      keepUses: async () => true,
      removeStale: async () => true,
      indexMessages: async () => true,
      giveBack: async () => {
        looks.push('space');
        third();
        return true;
      },
    },
    failed: (error) => failures.push(error),
    interval: 1,
  });
  await seen;
  await caretaker.close();
  expect(looks.slice(0, 5)).toEqual(['expired', 'expired', 'expired', 'expired', 'space']);
  expect(failures).toEqual([new Error('the disk is full')]);
  const { length } = looks;
  caretaker.wake();
  expect(looks).toHaveLength(length);
});
