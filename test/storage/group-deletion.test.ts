import { expect, test } from 'vitest';
import { groupName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/repository.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { openShared } from '../../src/storage/sqlite/file/open.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { SqliteGroups } from '../../src/storage/sqlite/serving/groups.ts';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import { groupNamed, login, openBoard, post, type StoredBoard } from '../helpers/storage.ts';

const plans = groupNamed('plans');
const members = 1200;

/** The group `plans` of alice, with two messages and many members, who have muted both threads; others are barred from it. */
async function plansOfAlice(access: 'open' | 'secret' = 'open') {
  const board = openBoard({ durable: false });
  await login(board, 'alice');
  board.client.exec("UPDATE users SET password_hash = 'hash' WHERE name = 'alice'");
  const alice = await login(board, 'alice');
  const bob = await login(board, 'bob');
  const groups = new SqliteGroups(board.store);
  const { group } = await groups.create(
    alice,
    { name: groupName('plans'), description: '', access },
    'protected',
  );
  for (const text of ['one', 'two']) await post(board, alice, text, { group: { id: group.id } });
  board.client.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${members})
    INSERT INTO users (name, name_key, created_at) SELECT 'u' || i, 'u' || i, 1 FROM n;
    INSERT INTO memberships (group_id, user_id, joined_at, last_read_number, last_read_at)
      SELECT ${group.id}, id, 1, 0, 1 FROM users WHERE name NOT IN ('alice');
    INSERT INTO muted_threads (user_id, group_id, thread, created_at)
      SELECT user_id, group_id, number, 1 FROM memberships JOIN (SELECT 1 AS number UNION SELECT 2)
      WHERE group_id = ${group.id};
    INSERT INTO users (name, name_key, created_at) SELECT 'x' || name, 'x' || name, 1 FROM users WHERE name LIKE 'u%';
    INSERT INTO restrictions (group_id, user_id, kind, reason, created_at)
      SELECT ${group.id}, id, 'barred', '', 1 FROM users WHERE name LIKE 'x%';
    UPDATE groups SET member_count = ${members} + 2 WHERE id = ${group.id}`);
  return { board, groups, alice, bob, group };
}

function rows({ client }: StoredBoard, table: string): number {
  return client.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
}

/** Nothing of the group can be seen, whatever is left of it. */
async function expectGone(board: StoredBoard, bob: Actor, group: number): Promise<void> {
  const { repository, client } = board;
  const ids = (await repository.groups(bob)).map(({ id }) => id);
  expect(ids).not.toContain(group);
  const { memberships } = await repository.standing(bob);
  expect(memberships).toEqual([]);
  expect(await repository.mutes(bob)).toMatchObject({ groups: [], threads: [] });
  const admin = SqliteAdministration.outside(openShared(board.file));
  try {
    expect(await admin.user('bob')).toMatchObject({ groups: 0, memberships: [] });
    expect((await admin.groups()).map(({ id }) => id)).not.toContain(group);
  } finally {
    admin.close();
  }
  expect(healthChecks.flatMap((check) => problemsOf(check, client))).toEqual([]);
}

test.each(['open', 'secret'] as const)(
  'an %s group of many members is gone at once, and its rows are deleted in small steps, also after a restart',
  async (access) => {
    const { board, groups, alice, bob, group } = await plansOfAlice(access);
    await groups.delete(alice, { id: group.id });
    // The commit that removes the group has changed its rows and no member's.
    expect(rows(board, 'memberships')).toBe(members + 2);
    await expectGone(board, bob, group.id);
    const upkeep = new SqliteUpkeep(board.store);
    const tables = ['memberships', 'muted_threads', 'restrictions', 'messages'];
    let before = tables.map((table) => rows(board, table));
    for (let step = 0; step < 2; step++) {
      expect(await upkeep.removeGroups()).toBe(false);
      const now = tables.map((table) => rows(board, table));
      for (const [at, count] of now.entries()) {
        expect((before[at] ?? 0) - count).toBeLessThanOrEqual(500);
      }
      before = now;
      await expectGone(board, bob, group.id);
    }
    expect(rows(board, 'memberships')).toBeGreaterThan(0);
    const removed = board.events.filter(({ type }) => /^groups?\.(removed|changed)$/.test(type));
    expect(removed.map(({ type }) => type)).toEqual(
      access === 'open' ? ['groups.changed', 'group.removed', 'groups.changed'] : ['group.removed'],
    );
    await board.close();
    const again = openBoard({ file: board.file, durable: false });
    const rest = new SqliteUpkeep(again.store);
    while (!(await rest.removeGroups()));
    expect(tables.map((table) => rows(again, table))).toEqual([0, 0, 0, 0]);
    expect(rows(again, `groups WHERE id = ${group.id}`)).toBe(0);
    // The removal was announced once, when the group was gone.
    expect(again.events).toEqual([]);
    await expectGone(again, await login(again, 'bob'), group.id);
  },
);

test('the operator deletes a group of many members in small steps, and announces it once', async () => {
  const { board, bob, group } = await plansOfAlice();
  const admin = SqliteAdministration.outside(openShared(board.file));
  const control = { signal: new AbortController().signal, progress: () => {} };
  expect(await admin.deleteGroup(plans, control)).toMatchObject({ deleted: 2, complete: true });
  admin.close();
  expect(rows(board, 'memberships')).toBe(0);
  board.events.length = 0;
  await board.repository.announceOutsideChanges();
  expect(board.events.map(({ type }) => type)).toEqual(['group.removed', 'groups.changed']);
  await expectGone(board, bob, group.id);
});

test('a user who is deleted while a group of theirs is being deleted leaves nothing behind', async () => {
  const { board, groups, alice, group } = await plansOfAlice();
  await groups.delete(alice, { id: group.id });
  const admin = SqliteAdministration.outside(openShared(board.file));
  const control = { signal: new AbortController().signal, progress: () => {} };
  await admin.deleteUser('bob', 'keep', control);
  admin.close();
  expect(board.client.pragma('foreign_key_check')).toEqual([]);
});
