import { expect, test } from 'vitest';
import { Board } from '../../src/board/board.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import { endOfTime } from '../../src/board/times.ts';
import type { GroupRef } from '../../src/board/types.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { exported, imported } from '../helpers/moved.ts';
import {
  complete,
  groupNamed,
  login,
  main,
  openBoard,
  post,
  type StoredBoard,
  seen,
} from '../helpers/storage.ts';
import { lookAfter } from './looked-after.ts';

const hour = 3_600_000_000;

interface Line {
  readonly type: string;
  readonly group?: string;
  readonly user?: string;
  readonly number?: number;
  readonly joinedAt?: string;
}

/** Imports a board in which message `number` of a group was posted at exactly the time that a user joined. */
async function importedAtJoin(
  board: StoredBoard,
  { group, user, number }: { group: string; user: string; number: number },
): Promise<StoredBoard> {
  await board.close();
  const lines = await exported(board.file);
  const read = (line: string) => JSON.parse(line) as Line;
  const joined = lines
    .map(read)
    .find((line) => line.type === 'membership' && line.group === group && line.user === user);
  const at = joined?.joinedAt;
  const moved = lines.map((line) => {
    const known = read(line);
    if (known.group !== group || known.number !== number) return line;
    if (known.type === 'message') return JSON.stringify({ ...known, postedAt: at });
    return known.type === 'revision' ? JSON.stringify({ ...known, writtenAt: at }) : line;
  });
  const copy = openBoard({ file: await imported(moved) });
  const posted = copy.client
    .prepare(
      `SELECT count(*) FROM messages JOIN memberships USING (group_id) WHERE number = ? AND posted_at = joined_at`,
    )
    .pluck()
    .get(number);
  expect(posted).toBeGreaterThan(0);
  for (const check of healthChecks) expect(problemsOf(check, copy.client)).toEqual([]);
  return copy;
}

/** What a user has not read in a group: how many messages, how many of them mention the user, and which comes next. */
async function unread({ repository }: StoredBoard, actor: Actor, id: number) {
  const all = await complete(repository.unread(actor.user, endOfTime, [id]));
  const found = all.find(({ group }) => group === id);
  return [found?.unread ?? 0, found?.mentions ?? 0];
}

async function mentioned({ repository }: StoredBoard, actor: Actor): Promise<number[]> {
  const list = repository.mentions(actor, { before: undefined, limit: 100 });
  const { messages } = await complete(list);
  return messages.map(({ message }) => message.number);
}

const whole = { from: 0, bytes: 100_000 };

async function changed({ repository }: StoredBoard, actor: Actor, group: GroupRef) {
  const { changes } = await repository.changes(actor, group, 0);
  return changes.map(({ number }) => number);
}

test('a member sees an imported message that is dated at exactly the time of joining', async () => {
  const board = openBoard();
  const { operator, protect } = lookAfter(board);
  const alice = await protect('alice');
  const bob = await protect('bob');
  await board.repository.join(alice, main);
  await operator.moderation.setRole(main, 'alice', 'moderator');
  for (const subject of ['1', '2', '3']) await post(board, alice, subject);
  await board.repository.join(bob, main);
  const texts = new Board(board.repository);
  await texts.post(alice, 'main', { subject: '4', content: 'for @all' });
  const edit = { subject: undefined, content: 'for @all and @bob', revision: undefined };
  await board.repository.edit(alice, main, 4, edit, hour);
  await post(board, alice, '5');

  const copy = await importedAtJoin(board, { group: 'main', user: 'bob', number: 4 });
  const reader = await login(copy, 'bob');
  expect(await seen(copy, reader)).toEqual([3, 4, 5]);
  expect(await unread(copy, reader, 1)).toEqual([2, 1]);
  expect(await mentioned(copy, reader)).toEqual([4]);
  expect(await changed(copy, reader, main)).toEqual([4]);
  const { revisions } = await copy.repository.history(reader, main, 4, whole);
  expect(revisions.map(({ content }) => content)).toEqual(['for @all', 'for @all and @bob']);
  await copy.repository.markRead(reader, main, [[4, 4]]);
  expect(await unread(copy, reader, 1)).toEqual([1, 0]);
  copy.events.length = 0;
  const writer = await login(copy, 'alice');
  await copy.repository.edit(writer, main, 4, { ...edit, content: 'and again' }, hour);
  const event = copy.events.find(({ type }) => type === 'message.edited');
  const joined = copy.client
    .prepare('SELECT joined_at FROM memberships WHERE user_id = ?')
    .pluck()
    .get(reader.user.id) as number;
  expect(event).toMatchObject({ until: expect.any(Number) });
  expect((event as { until: number }).until).toBeGreaterThan(joined);
});

test('both users see an imported message that is dated at exactly the beginning of their conversation', async () => {
  const board = openBoard();
  const { protect } = lookAfter(board);
  const alice = await protect('alice');
  const bob = await protect('bob');
  await post(board, alice, '1', { group: groupNamed('@bob') });
  await post(board, bob, '2', { group: groupNamed('@alice') });
  const row = board.client.prepare<[], { id: number }>(
    "SELECT id FROM groups WHERE kind = 'direct'",
  );
  const id = row.get()?.id ?? 0;

  const copy = await importedAtJoin(board, { group: `@${id}`, user: 'bob', number: 1 });
  const reader = await login(copy, 'bob');
  expect(await seen(copy, reader, { id })).toEqual([1, 2]);
  expect(await unread(copy, reader, id)).toEqual([1, 0]);
  await copy.repository.markRead(reader, { id }, [[1, 1]]);
  expect(await unread(copy, reader, id)).toEqual([0, 0]);
  expect(await seen(copy, await login(copy, 'alice'), { id })).toEqual([1, 2]);
});
