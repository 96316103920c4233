import { expect, test } from 'vitest';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { openShared } from '../../src/storage/sqlite/file/open.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { toTheEnd } from '../contract/storage.ts';
import { login, main, member, openBoard, post, type StoredBoard } from '../helpers/storage.ts';

/** Alice and bob, with a message in main, and another one in their direct conversation. Carol is only in main. */
async function boardWithDirect(): Promise<StoredBoard> {
  const board = openBoard({ durable: false });
  for (const name of ['alice', 'bob', 'carol']) await login(board, name);
  board.client.exec("UPDATE users SET password_hash = 'hash'");
  const [alice] = [await member(board, 'alice'), await member(board, 'bob')];
  await member(board, 'carol');
  const { group } = await board.repository.openDirect(alice, 'bob');
  await post(board, alice, 'hello', { group: { id: group.id } });
  await post(board, alice, 'for all');
  board.client.exec("UPDATE messages SET mentions = '[0]' WHERE group_id = 1");
  return board;
}

/** The names of the checks that find something, each with what it says. */
function found({ client }: StoredBoard): string[] {
  return healthChecks.flatMap((check) =>
    problemsOf(check, client).map((problem) => `${check.name}: ${problem}`),
  );
}

const direct = "kind = 'direct'";
const ofDirect = `(SELECT id FROM groups WHERE ${direct})`;
const carol = "(SELECT id FROM users WHERE name = 'carol')";

test('db check finds direct conversations that no board can have, each by its own rule', async () => {
  const board = await boardWithDirect();
  expect(found(board)).toEqual([]);
  const name = String(
    board.client.prepare(`SELECT name FROM groups WHERE ${direct}`).pluck().get(),
  );
  const disagrees = `direct conversations: the name of the direct conversation ${name} does not agree with its members`;
  const cases: [damage: string, says: string][] = [
    [
      `UPDATE memberships SET user_id = ${carol} WHERE group_id = ${ofDirect} AND user_id = 1`,
      disagrees,
    ],
    [
      `INSERT INTO memberships (group_id, user_id, joined_at, last_read_number) SELECT id, ${carol}, 1, 0 FROM groups WHERE ${direct};
       UPDATE groups SET member_count = 3 WHERE ${direct}`,
      disagrees,
    ],
    [
      `DELETE FROM memberships WHERE group_id = ${ofDirect} AND user_id = 1;
       UPDATE groups SET member_count = 1 WHERE ${direct}`,
      disagrees,
    ],
    [`UPDATE groups SET kind = 'group' WHERE ${direct}`, disagrees],
    [
      `UPDATE messages SET sender_id = ${carol} WHERE group_id = ${ofDirect}`,
      `senders of direct messages: message 1 of the direct conversation ${name} is from neither of its users`,
    ],
    [
      `UPDATE groups SET about = 'us' WHERE ${direct}`,
      `direct conversations without rules: the direct conversation ${name} has rules, which only a group can have`,
    ],
    [
      `INSERT INTO pins (group_id, number, pinned_at) SELECT id, 1, 1 FROM groups WHERE ${direct}`,
      `direct conversations without rules: the direct conversation ${name} has rules, which only a group can have`,
    ],
  ];
  for (const [damage, says] of cases) {
    board.client.exec('BEGIN');
    board.client.exec(damage);
    expect(found(board), damage).toContain(says);
    board.client.exec('ROLLBACK');
  }
});

test('db check finds a mention of all members that is not the first, or in a direct conversation', async () => {
  const board = await boardWithDirect();
  for (const [damage, place] of [
    ["UPDATE messages SET mentions = '[2,0]' WHERE group_id = 1", 'main'],
    [`UPDATE messages SET mentions = '[0]' WHERE group_id = ${ofDirect}`, '@1,2'],
  ] as const) {
    board.client.exec('BEGIN');
    board.client.exec(damage);
    expect(found(board)).toContain(
      `mentions of all: message 1 of ${place} mentions all members, and is a direct message or names a user before them`,
    );
    board.client.exec('ROLLBACK');
  }
  expect(found(board)).toEqual([]);
});

test('db check finds a mute of a reply, and accepts a mute of a thread whose messages were purged', async () => {
  const board = openBoard({ durable: false });
  const alice = await member(board, 'alice');
  await post(board, alice, 'one');
  await board.repository.post(alice, main, { subject: 're', content: 'x', replyTo: 1 });
  await board.repository.muteThread(alice, main, 1, true);
  expect(found(board)).toEqual([]);
  board.client.exec('BEGIN; UPDATE muted_threads SET thread = 2');
  expect(found(board)).toEqual([
    'muted threads: alice has muted thread 2 of main, which is no thread, or no group of that user',
  ]);
  board.client.exec('ROLLBACK');
  const admin = SqliteAdministration.outside(openShared(board.file));
  const plan = await admin.planPurge(main, 'all');
  await admin.purge(plan, toTheEnd);
  admin.close();
  expect(board.client.prepare('SELECT thread FROM muted_threads').pluck().all()).toEqual([1]);
  expect(found(board)).toEqual([]);
});
