import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import type { Result } from '../../src/protocol/schemas.ts';
import { nameColumns } from '../../src/storage/sqlite/file/names.ts';
import { TestBoard } from '../helpers/board.ts';

/** A board whose group main has so many members, `member1` and up. */
async function crowded(members: number): Promise<TestBoard> {
  const board = await TestBoard.start();
  const database = board.database();
  const user = database.prepare(
    'INSERT INTO users (name, name_key, skeleton, key_skeleton, created_at) VALUES (:name, :nameKey, :skeleton, :keySkeleton, 0)',
  );
  const join = database.prepare(
    'INSERT INTO memberships (group_id, user_id, joined_at, last_read_number) VALUES (1, ?, 1, 0)',
  );
  database.transaction(() => {
    for (let number = 1; number <= members; number++) {
      join.run(user.run(nameColumns(userName(`member${number}`))).lastInsertRowid);
    }
    database.prepare('UPDATE groups SET member_count = ? WHERE id = 1').run(members);
  })();
  database.close();
  return board;
}

test('the members of a large group come in pages, each of them once', async () => {
  const board = await crowded(1234);
  const alice = await board.program('alice');
  const joined = await alice.call('group.join', { group: 'main' });
  expect(joined.members).toHaveLength(100);
  expect(joined.total).toBe(1235);

  const names = joined.members.map(({ name }) => name);
  for (let after = joined.next; after !== undefined; ) {
    const page: Result<'group.members'> = await alice.call('group.members', {
      group: 'main',
      after,
      limit: 1000,
    });
    expect(page.total).toBe(1235);
    names.push(...page.members.map(({ name }) => name));
    after = page.next;
  }
  expect(new Set(names).size).toBe(1235);
  expect(names).toHaveLength(1235);
  expect(await alice.errorOf('group.members', { group: 'main', limit: 1001 })).toMatchObject({
    word: 'INVALID_PARAMS',
  });
});

test('a person sees the first of many members, the number of the others, and how to see all', async () => {
  const board = await crowded(234);
  const peer = await board.person('alice');
  expect(await peer.ask('%join')).toMatch(
    /Members of main \(235\): member1, .* and 185 more: type %users all\n/,
  );
  const some = await peer.ask('%groupusers main');
  expect(some.match(/member\d+/g)).toHaveLength(50);
  expect(some).toContain(' and 185 more: type %users all');
  const all = await peer.ask('%users all');
  expect(new Set(all.match(/member\d+/g)).size).toBe(234);
  expect(all).toContain('alice (online)');
  expect(await peer.ask('%users both')).toContain('"both" is too much');
});
