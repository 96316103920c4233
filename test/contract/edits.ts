import { expect, test } from 'vitest';
import { groupName, userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import type { Edit } from '../../src/board/ports/posting.ts';
import { day, endOfTime, hour } from '../../src/board/times.ts';
import { limits } from '../../src/protocol/limits.ts';
import { errorCodeOf, groupNamed, login, main, member, post, seen } from '../helpers/storage.ts';
import { type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

const news = groupNamed('news');
const start = Date.UTC(2026, 10, 22);

function edit({ repository }: StorageUnderTest, actor: Actor, number: number, to: Edit) {
  return repository.edit(actor, main, number, to, day);
}

async function historyOf({ repository }: StorageUnderTest, actor: Actor, number: number) {
  const page = { from: 0, bytes: Number.POSITIVE_INFINITY };
  const { revisions } = await repository.history(actor, main, number, page);
  return revisions.map(({ revision, subject, content }) => [revision, subject, content]);
}

/** What `repository.changes` lists after a counter: numbers, and of deleted messages who deleted them. */
async function changesAfter({ repository }: StorageUnderTest, actor: Actor, after: number) {
  const { changes } = await repository.changes(actor, main, after);
  return changes.map(({ number, message, by }) => (message ? [number] : [number, by]));
}

/** Edits, deletions, and what is told of them. */
export function editsContract(open: OpenStorage): void {
  test('an edit replaces the text and keeps the text before, the number, the time and what is unread', async () => {
    const board = open({ now: () => start });
    const alice = await member(board, 'alice');
    const bob = await member(board, 'bob');
    const posted = await post(board, alice, 'Lunhc', { key: 'k' });
    board.events();
    const edited = await edit(board, alice, 1, { subject: 'Lunch' });
    expect(edited).toMatchObject({ revision: 1, group: { id: 1, name: 'main' } });
    const { editedAt, ...rest } = edited.message;
    expect(rest).toEqual({ ...posted, subject: 'Lunch', editedAt: undefined });
    expect(editedAt).toBeGreaterThan(posted.postedAt);
    const { message } = await board.repository.message(bob, main, 1);
    expect(message).toEqual({ ...edited.message, content: 'Lunhc, in full', edits: 1 });
    await edit(board, alice, 1, { content: 'At noon', revision: 1 });
    expect(await historyOf(board, bob, 1)).toEqual([
      [0, 'Lunhc', 'Lunhc, in full'],
      [1, 'Lunch', 'Lunhc, in full'],
      [2, 'Lunch', 'At noon'],
    ]);
    expect(board.events()).toMatchObject([
      { type: 'message.edited', origin: alice.origin, message: edited.message, change: editedAt },
      { type: 'message.edited', message: { number: 1 }, until: endOfTime },
    ]);
    // The key of the post belongs to the message still.
    expect(await post(board, alice, 'x', { key: 'k' })).toMatchObject({
      number: 1,
      subject: 'Lunch',
    });
  });

  test('an edit that changes nothing is no edit, so an edit can be sent twice', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    await post(board, alice, 'one');
    const first = await edit(board, alice, 1, { content: 'two', revision: 0 });
    board.events();
    const again = await edit(board, alice, 1, { content: 'two', revision: 0 });
    expect(again).toEqual(first);
    expect(await edit(board, alice, 1, {})).toEqual(first);
    expect(board.events()).toEqual([]);
  });

  test('only the sender edits and deletes, as a member who sees the message', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);
    const bob = await member(board, 'bob');
    const attempts = (actor: Actor, number: number) => [
      edit(board, actor, number, { content: 'x' }),
      board.repository.delete(actor, main, number),
    ];
    const codes = (actor: Actor, number: number) =>
      Promise.all(attempts(actor, number).map(errorCodeOf));
    expect(await codes(bob, 3)).toEqual(['NOT_AUTHOR', 'NOT_AUTHOR']);
    // The same answer as for a number that no message has.
    for (const number of [1, 9]) {
      expect(await codes(bob, number)).toEqual(['MESSAGE_NOT_FOUND', 'MESSAGE_NOT_FOUND']);
    }
    expect(await errorCodeOf(historyOf(board, bob, 1))).toBe('MESSAGE_NOT_FOUND');
    await board.repository.leave(alice, main);
    expect(await codes(alice, 3)).toEqual(['NOT_MEMBER', 'NOT_MEMBER']);
    await board.repository.join(alice, main);
    expect(await codes(alice, 1)).toEqual(['MESSAGE_NOT_FOUND', 'MESSAGE_NOT_FOUND']);
    await edit(board, alice, 3, { content: 'again' });
    await board.administration.banUser('alice', '');
    expect(await codes(alice, 3)).toEqual(['BANNED', 'BANNED']);
    // A sender who was deleted is nobody's name.
    await board.administration.deleteUser('alice', 'keep', toTheEnd);
    expect(await codes(bob, 3)).toEqual(['NOT_AUTHOR', 'NOT_AUTHOR']);
  });

  test('a message can be edited for a time and a number of times, and deleted always', async () => {
    const clock = { wall: start };
    const board = open({ now: () => clock.wall });
    const alice = await member(board, 'alice');
    await post(board, alice, 'one');
    await post(board, alice, 'two');
    const edited = (editTime: number, content: string, number = 1) =>
      board.repository.edit(alice, main, number, { content }, editTime);
    expect(await errorCodeOf(edited(0, 'never'))).toBe('EDIT_TOO_LATE');
    clock.wall += 3_600_000;
    expect(await errorCodeOf(edited(hour - 1e6, 'late'))).toBe('EDIT_TOO_LATE');
    await edited(hour + 1000, 'in time');
    for (let n = 1; n < limits.edits; n++) await edited(2 * hour, `edit ${n}`);
    expect(await errorCodeOf(edited(2 * hour, 'too many'))).toBe('TOO_MANY_EDITS');
    expect((await historyOf(board, alice, 1)).length).toBe(limits.edits + 1);
    clock.wall += 1e10;
    await board.repository.delete(alice, main, 1);
    expect(await seen(board, alice)).toEqual([2]);
  });

  test('of two sessions that edit the same text, the second one is refused', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    await post(board, alice, 'one');
    const outcomes = await Promise.all([
      edit(board, alice, 1, { content: 'from here', revision: 0 }),
      errorCodeOf(edit(board, alice, 1, { content: 'from there', revision: 0 })),
    ]);
    expect(outcomes).toMatchObject([{ revision: 1 }, 'EDIT_CONFLICT']);
    expect(await errorCodeOf(edit(board, alice, 1, { content: 'x', revision: 7 }))).toBe(
      'EDIT_CONFLICT',
    );
    expect((await historyOf(board, alice, 1)).at(-1)).toEqual([1, 'one', 'from here']);
  });

  test('of a deleted message nothing is left but its number, its times and who deleted it', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    for (const subject of ['one', 'two', 'three'])
      await post(board, alice, subject, { key: subject });
    const bob = await login(board, 'bob');
    await edit(board, alice, 3, { content: 'secret' });
    await board.repository.delete(alice, main, 3);
    expect(await errorCodeOf(historyOf(board, alice, 3))).toBe('MESSAGE_NOT_FOUND');
    expect(await errorCodeOf(board.repository.delete(alice, main, 3))).toBe('MESSAGE_NOT_FOUND');
    // No older message becomes one of the last two.
    await board.repository.join(bob, main);
    expect(await seen(board, bob)).toEqual([2]);
    expect(await post(board, alice, 'three', { key: 'three' })).toMatchObject({ number: 4 });
  });

  test('who may see a message is told of its changes by the time of joining', async () => {
    const board = open();
    const joined: number[] = [];
    const alice = await member(board, 'alice');
    const join = async (name: string) => {
      const actor = await login(board, name);
      joined.push((await board.repository.join(actor, main)).joinedAt);
      return actor;
    };
    const members: Actor[] = [];
    for (let n = 1; n <= 5; n++) {
      members.push(await join(`early${n}`));
      await post(board, alice, `${n}`);
    }
    // A tombstone is a row of the last two.
    await board.repository.delete(alice, main, 4);
    members.push(await join('late'));
    await post(board, alice, '6');
    for (const number of [1, 2, 3, 5, 6]) {
      const visible = await Promise.all(
        members.map((actor) =>
          board.repository.message(actor, main, number).then(
            () => true,
            () => false,
          ),
        ),
      );
      board.events();
      const { message } = await edit(board, alice, number, { content: `${number} again` });
      const [event] = board.events();
      if (event?.type !== 'message.edited') throw new Error('no edit was announced');
      expect(joined.map((at) => at < event.until)).toEqual(visible);
      const listed = await Promise.all(
        members.map((actor) => changesAfter(board, actor, (message.editedAt ?? 0) - 1)),
      );
      expect(listed).toEqual(visible.map((sees) => (sees ? [[number]] : [])));
    }
  });

  test('changes are listed once each, in order, with who deleted a message', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const bob = await member(board, 'bob');
    for (let n = 1; n <= 6; n++) await post(board, n === 5 ? bob : alice, `${n}`);
    const before = await board.repository.changes(bob, main, 0);
    expect(before).toMatchObject({ changes: [], more: false });
    await edit(board, alice, 3, { content: 'x' });
    await edit(board, alice, 1, { content: 'x' });
    await board.repository.delete(alice, main, 2);
    await edit(board, alice, 3, { content: 'y' });
    await board.administration.deleteMessages(main, [6, 4]);
    await board.repository.announceOutsideChanges();
    await board.administration.deleteUser('bob', 'purge', toTheEnd);
    await board.repository.announceOutsideChanges();
    const all = await board.repository.changes(alice, main, before.change);
    const listed = all.changes.map(({ number, by }) => [number, by]);
    expect(listed).toEqual([
      [1, null],
      [2, 'alice'],
      [3, null],
      [4, null],
      [6, null],
      [5, null],
    ]);
    expect(all.changes.map(({ message }) => message?.number)).toEqual([
      ...[1, undefined, 3, undefined, undefined, undefined],
    ]);
    expect(await changesAfter(board, alice, all.change)).toEqual([]);
    await board.administration.renameUser('alice', userName('alicia'));
    expect((await changesAfter(board, alice, before.change))[1]).toEqual([2, 'alicia']);
    await board.restart();
    const after = await login(board, 'alicia');
    expect(await changesAfter(board, after, before.change)).toHaveLength(6);
    expect(await changesAfter(board, after, all.change)).toEqual([]);
  });

  test('a counter of changes tells nothing of messages that the member cannot see', async () => {
    const clock = { wall: start };
    const board = open({ now: () => clock.wall });
    const alice = await member(board, 'alice');
    for (let n = 1; n <= 300; n++) await post(board, alice, `${n}`);
    const bob = await member(board, 'bob');
    const before = await board.repository.changes(bob, main, 0);
    for (let n = 1; n <= 290; n++) await edit(board, alice, n, { content: 'x' });
    clock.wall += 1000;
    await post(board, alice, 'later');
    let after = before.change;
    const found: number[] = [];
    for (let more = true; more; ) {
      const part = await board.repository.changes(bob, main, after);
      found.push(...part.changes.map(({ number }) => number));
      ({ more, change: after } = part);
    }
    expect(found).toEqual([]);
    // It is the time of the last commit, with a few microseconds for its acts, however much was edited before.
    expect(after - start * 1000 - 1_000_000).toBeLessThan(10);
  });

  test('a deletion by a command has a counter that no session has passed, though its clock is behind', async () => {
    const board = open({ now: () => Date.now() + 3_600_000 });
    const alice = await member(board, 'alice');
    for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);
    const { change } = await board.repository.changes(alice, main, 0);
    await board.administration.deleteMessages(main, [1, 2]);
    // They were the last two but one before this post and this join.
    await post(board, alice, 'four');
    const bob = await member(board, 'bob');
    board.events();
    await board.repository.announceOutsideChanges();
    const deleted = { type: 'message.deleted', origin: null, by: null };
    expect(board.events()).toMatchObject([
      { ...deleted, number: 1 },
      { ...deleted, number: 2 },
    ]);
    expect(await changesAfter(board, alice, change)).toEqual([
      [1, null],
      [2, null],
    ]);
    expect(await changesAfter(board, bob, 0)).toEqual([]);
  });

  test('texts from before edits are removed with their messages', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    await board.repository.join(alice, news);
    for (let n = 1; n <= 4; n++) {
      await post(board, alice, `${n}`);
      await edit(board, alice, n, { content: 'x' });
    }
    await post(board, alice, 'other', { group: news });
    await board.repository.edit(alice, news, 1, { content: 'x' }, day);
    await board.administration.purge(
      await board.administration.planPurge(main, { keep: 3 }),
      toTheEnd,
    );
    await board.administration.editGroup(main, { keepMessages: 2 });
    while (!(await board.upkeep.removeExpired())) await board.repository.announceOutsideChanges();
    expect(await seen(board, alice)).toEqual([3, 4]);
    expect(await historyOf(board, alice, 4)).toHaveLength(2);
    await board.administration.renameGroup(news, groupName('tidings'));
    await board.administration.deleteGroup(groupNamed('tidings'), toTheEnd);
    await board.administration.deleteUser('alice', 'purge', toTheEnd);
    expect(board.problems()).toEqual([]);
  });
}
