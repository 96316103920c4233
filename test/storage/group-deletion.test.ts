import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { groupName, userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { openShared } from '../../src/storage/sqlite/file/open.ts';
import { countModeration } from '../../src/storage/sqlite/moderation-counts.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { OutsideExecutor } from '../../src/storage/sqlite/operator/outside-executor.ts';
import { SqliteGroups } from '../../src/storage/sqlite/serving/groups.ts';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import { toTheEnd } from '../contract/storage.ts';
import {
  connect,
  groupNamed,
  login,
  openBoard,
  post,
  type StoredBoard,
} from '../helpers/storage.ts';

const plans = groupNamed('plans');
const members = 1200;
const messages = 450;
/** The tables that have rows of the group, but for its roles and invitations. */
const tables = [
  ...[
    'reports',
    'pins',
    'closed_threads',
    'group_log',
    'muted_threads',
    'restrictions',
    'memberships',
  ],
  ...['messages', 'mentions'],
];

/**
 * The group `plans` of alice, with many messages, members, pins, lines in the log, and reports of one message. Every thread is closed, and two
 * members have muted all of them. Other users are barred from it.
 */
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
  await groups.invite(alice, { id: group.id }, 'bob');
  await board.repository.join(bob, { id: group.id });
  for (let nth = 0; nth < messages; nth++) {
    await post(board, alice, `@bob ${nth}`, { group: { id: group.id } });
  }
  board.client.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${members})
    INSERT INTO users (name, name_key, created_at) SELECT 'u' || i, 'u' || i, 1 FROM n;
    INSERT INTO memberships (group_id, user_id, joined_at, last_read_number, last_read_at)
      SELECT ${group.id}, id, 1, 0, 1 FROM users WHERE name NOT IN ('alice', 'bob');
    INSERT INTO muted_threads (user_id, group_id, thread, created_at)
      SELECT users.id, group_id, number, 1 FROM messages CROSS JOIN users WHERE group_id = ${group.id} AND name IN ('alice', 'bob');
    INSERT INTO closed_threads (group_id, thread, closed_at)
      SELECT group_id, number, 1 FROM messages WHERE group_id = ${group.id};
    INSERT INTO pins (group_id, number, pinned_at)
      SELECT group_id, number, 1 FROM messages WHERE group_id = ${group.id};
    INSERT INTO reports (group_id, number, user_id, reason, created_at)
      SELECT ${group.id}, 1, id, 'spam', 1 FROM users WHERE name LIKE 'u%';
    INSERT INTO group_log (group_id, at, act) SELECT ${group.id}, 1, 'edit' FROM users LIMIT 900;
    INSERT INTO users (name, name_key, created_at) SELECT 'x' || name, 'x' || name, 1 FROM users WHERE name LIKE 'u%';
    INSERT INTO restrictions (group_id, user_id, kind, reason, created_at)
      SELECT ${group.id}, id, 'barred', '', 1 FROM users WHERE name LIKE 'x%';
    UPDATE groups SET member_count = ${members} + 2 WHERE id = ${group.id}`);
  return { board, groups, alice, bob, group };
}

function rows({ client }: StoredBoard, table: string): number {
  return client.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
}

function counts(board: StoredBoard): number[] {
  return tables.map((table) => rows(board, table));
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
    expect(await admin.moderation.reports(undefined)).toEqual([]);
    expect(countModeration(client, 2)).toMatchObject({ reports: 0, barred: 0, owners: 0 });
  } finally {
    admin.close();
  }
  expect(healthChecks.flatMap((check) => problemsOf(check, client))).toEqual([]);
}

test.each(['open', 'secret'] as const)(
  'an %s group of many members is gone at once, and its rows are deleted in small steps, also after a restart',
  async (access) => {
    const { board, groups, alice, bob, group } = await plansOfAlice(access);
    const whole = counts(board);
    await groups.delete(alice, { id: group.id });
    // The commit that removes the group leaves all of which there can be any number to the steps.
    expect(counts(board)).toEqual(whole);
    await expectGone(board, bob, group.id);
    const upkeep = new SqliteUpkeep(board.store);
    let before = counts(board);
    while (rows(board, 'memberships') > 0 && rows(board, 'messages') > 0) {
      expect(await upkeep.removeGroups()).toBe(false);
      const now = counts(board);
      for (const [at, count] of now.entries()) {
        expect((before[at] ?? 0) - count).toBeLessThanOrEqual(500);
      }
      before = now;
      await expectGone(board, bob, group.id);
    }
    const removed = board.events.filter(({ type }) => /^groups?\.(removed|changed)$/.test(type));
    expect(removed.map(({ type }) => type)).toEqual(
      access === 'open' ? ['groups.changed', 'group.removed', 'groups.changed'] : ['group.removed'],
    );
    await board.close();
    const again = openBoard({ file: board.file, durable: false });
    const rest = new SqliteUpkeep(again.store);
    while (!(await rest.removeGroups()));
    expect(counts(again)).toEqual(tables.map(() => 0));
    expect(rows(again, `groups WHERE id = ${group.id}`)).toBe(0);
    // The removal was announced once, when the group was gone.
    expect(again.events).toEqual([]);
    await expectGone(again, await login(again, 'bob'), group.id);
  },
);

test('the operator deletes a group of many members in small steps, and announces it once', async () => {
  const { board, bob, group } = await plansOfAlice();
  const admin = SqliteAdministration.outside(openShared(board.file));
  expect(await admin.deleteGroup(plans, toTheEnd)).toMatchObject({
    deleted: messages,
    complete: true,
    hasRest: false,
  });
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
  await admin.deleteUser('bob', 'keep', toTheEnd);
  admin.close();
  expect(board.client.pragma('foreign_key_check')).toEqual([]);
});

/** Calls `then` once the group is removed, and its other rows are being deleted in steps. */
async function onceRemoved(
  { client }: StoredBoard,
  group: number,
  then: () => void,
): Promise<void> {
  const kind = client.prepare<[number], string>('SELECT kind FROM groups WHERE id = ?').pluck();
  while (kind.get(group) !== 'removed') await nextTurn();
  then();
}

test.each(['is stopped', 'finds the file locked'] as const)(
  "an operator's command that %s after the group is gone reports the group as deleted, and the server deletes the rest",
  async (end) => {
    const { board, bob, group } = await plansOfAlice();
    const admin = SqliteAdministration.outside(connect(board.file, { busyTimeout: 0 }));
    const stop = new AbortController();
    const other = connect(board.file);
    const [deleted] = await Promise.all([
      admin.deleteGroup({ id: group.id }, { signal: stop.signal, progress: () => {} }),
      onceRemoved(board, group.id, () =>
        end === 'is stopped' ? stop.abort() : other.exec('BEGIN IMMEDIATE'),
      ),
    ]);
    expect(deleted).toMatchObject({ deleted: messages, complete: true, hasRest: true });
    expect(rows(board, 'memberships')).toBeGreaterThan(0);
    if (other.inTransaction) other.exec('ROLLBACK');
    await expectGone(board, bob, group.id);
    const upkeep = new SqliteUpkeep(board.store);
    while (!(await upkeep.removeGroups()));
    expect(rows(board, `groups WHERE id = ${group.id}`)).toBe(0);
    await expectGone(board, bob, group.id);
  },
);

test.each(['the sync of the deleted messages', 'the removal of the group'] as const)(
  "an operator's command in which %s fails says that the group still exists, and announces the deleted messages",
  async (failing) => {
    const { board, group } = await plansOfAlice();
    const other = connect(board.file);
    const lock = () => void other.exec('BEGIN IMMEDIATE');
    const unlock = () => void (other.inTransaction && other.exec('ROLLBACK'));
    class Locked extends OutsideExecutor {
      override run: OutsideExecutor['run'] = (act, args) => {
        if (act === 'dropGroup') lock();
        return super.run(act, args).finally(unlock);
      };

      override long<T>(steps: () => Promise<T>): Promise<T> {
        const thenLock = async () => {
          const done = await steps();
          if (failing === 'the sync of the deleted messages') lock();
          return done;
        };
        return super.long(thenLock).finally(unlock);
      }
    }
    const admin = new SqliteAdministration(new Locked(connect(board.file, { busyTimeout: 0 })));
    await expect(admin.deleteGroup({ id: group.id }, toTheEnd)).rejects.toThrow(
      `Writing failed after ${messages} messages were deleted; the group still exists.`,
    );
    board.events.length = 0;
    await board.repository.announceOutsideChanges();
    expect(board.events).toMatchObject([{ type: 'messages.purged', group, count: messages }]);
    expect(rows(board, `groups WHERE kind = 'group' AND id = ${group.id}`)).toBe(1);
  },
);

test('the steps of a deletion refuse a group that was not removed, and ignore a group that is gone', async () => {
  const { board, group } = await plansOfAlice();
  const executor = new OutsideExecutor(connect(board.file));
  const whole = counts(board);
  for (const act of ['removeHiddenStep', 'deleteGroup'] as const) {
    await expect(executor.run(act, { group })).rejects.toThrow('Group plans');
  }
  expect(counts(board)).toEqual(whole);
  expect(rows(board, `groups WHERE id = ${group.id}`)).toBe(1);
  const gone = { id: group.id + 1, name: 'gone' };
  expect(await executor.run('removeHiddenStep', { group: gone })).toEqual({ group: gone });
  await executor.run('deleteGroup', { group: gone });
  expect(counts(board)).toEqual(whole);
});

test('a removed group without memberships may have mutes, pins and closed threads until they are deleted', async () => {
  const { board, groups, alice, bob, group } = await plansOfAlice();
  await groups.delete(alice, { id: group.id });
  // An earlier version deleted memberships and messages first.
  board.client.exec(`DELETE FROM memberships WHERE group_id = ${group.id}`);
  await expectGone(board, bob, group.id);
});

test('a removed direct conversation has no problem after any step of its deletion', async () => {
  const board = openBoard({ durable: false });
  const admin = SqliteAdministration.outside(connect(board.file));
  for (const name of ['alice', 'bob']) await admin.createUser(userName(name), 'hash');
  const alice = await login(board, 'alice');
  const { group } = await board.repository.openDirect(alice, 'bob');
  await post(board, alice, 'hello', { group: { id: group.id } });
  const executor = new OutsideExecutor(connect(board.file));
  const problems = () => healthChecks.flatMap((check) => problemsOf(check, board.client));
  await executor.run('dropGroup', { group });
  expect(problems()).toEqual([]);
  while (!(await executor.run('removeHiddenStep', { group }))) expect(problems()).toEqual([]);
  expect(problems()).toEqual([]);
  await executor.run('deleteGroup', { group });
  expect(problems()).toEqual([]);
});
