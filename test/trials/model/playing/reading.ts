import { deletedUser } from '../../../../src/protocol/direct.ts';
import type { NumberRange } from '../../../../src/protocol/marks.ts';
import { otherOf } from '../oracle/names.ts';
import type { Playing, Turn } from './turn.ts';

/** What is unread, and what counts as read. */
export const readingActs: Playing<'unread' | 'next' | 'catchUp' | 'undo' | 'markRead' | 'restore'> =
  {
    async unread(turn) {
      const { seat } = turn;
      if (seat.isPerson) await seat.ask('unread', {}, { result: { unread: unreadOf(turn) } });
    },

    next: (turn) => (turn.seat.isPerson ? nextOfPerson(turn) : nextOfProgram(turn)),

    async catchUp(turn) {
      const { stage, oracle, seat, user, key } = turn;
      const { access } = oracle;
      const was = access.isIn(user, key)
        ? access.model.group(key).members.get(user)?.read
        : undefined;
      const count = oracle.reading.unread(user, key).length;
      const answer = oracle.reading.catchUp(user, key);
      if (was) seat.caughtUp = { key, was, upTo: access.model.group(key).lastNumber };
      await turn.ask('group.markRead', { key, count }, answer);
      stage.tellMarks(seat, key);
    },

    /** A person's `%undo`; a program sets again what `group.markRead` has answered. */
    async undo(turn) {
      const { stage, oracle, seat, user } = turn;
      const { caughtUp } = seat;
      const key = caughtUp?.key ?? '';
      const group = oracle.access.names.ofGroup(user, key);
      const isIn = oracle.access.isIn(user, key);
      seat.caughtUp = undefined;
      if (seat.isPerson) {
        if (caughtUp && isIn) oracle.reading.undo(user, caughtUp);
        const undone = isIn ? [{ group, count: oracle.reading.unread(user, key).length }] : [];
        await seat.ask('undo', {}, { result: { undone } });
      } else if (caughtUp && otherOf(user, key) !== deletedUser) {
        // Nothing names the conversation with a user who was deleted.
        const answer = oracle.reading.restore(user, caughtUp);
        await seat.ask('group.restoreMarks', { group, key }, answer, key);
      }
      stage.tellMarks(seat, key);
    },

    async markRead(turn, { number, count, upTo }) {
      const { stage, oracle, seat, user, key } = turn;
      if (seat.isPerson) return;
      const range: NumberRange = upTo ? [1, number] : [number, number + count];
      const params = upTo ? { number } : { ranges: [range] };
      await turn.ask('message.markRead', params, oracle.reading.markRead(user, key, range));
      stage.tellMarks(seat, key);
    },

    async restore(turn, { lastRead, gap, count }) {
      const { stage, oracle, seat, user, key } = turn;
      if (seat.isPerson) return;
      const first = lastRead + 2 + gap;
      const ranges: NumberRange[] = [[first, first + count]];
      const answer = oracle.reading.restoreMarks(user, key, lastRead, ranges);
      await turn.ask('group.restoreMarks', { lastRead, ranges }, answer);
      stage.tellMarks(seat, key);
    },
  };

function nextOfProgram(turn: Turn): Promise<void> {
  const thread = turn.seat.threadOf(turn.key);
  return turn.ask(
    'message.next',
    { ...(thread !== undefined && { thread }) },
    turn.oracle.reading.next(turn.user, turn.key, thread),
  );
}

/** `%next` goes on where the person is reading. */
async function nextOfPerson(turn: Turn): Promise<void> {
  const { stage, oracle, seat, user } = turn;
  const { access, reading } = oracle;
  const where = seat.reading;
  const [found] = [...(where ? [where.key] : []), ...access.groupsOf(user)].filter(
    (each) => reading.unread(user, each).length > 0,
  );
  if (found === undefined) return seat.ask('next', {}, { result: {} });
  const thread = found === where?.key ? where.thread : undefined;
  const answer = reading.next(user, found, thread) as { result: Record<string, unknown> };
  const message = answer.result.message as { number: number; thread: number };
  reading.markRead(user, found, [message.number, message.number]);
  seat.reading = { key: found, thread: message.thread };
  const first = access.firstVisible(user, found);
  const shown = { ...message, group: access.names.ofGroup(user, found) };
  await seat.ask('next', { first }, { result: { message: shown, left: unreadOf(turn) } });
  stage.tellMarks(seat, found);
}

/** The groups with unread messages, that of `%next` first. */
function unreadOf({ oracle, seat, user }: Turn) {
  const { access, reading } = oracle;
  return access
    .groupsOf(user)
    .map((key) => ({ key, count: reading.unread(user, key).length }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => Number(b.key === seat.reading?.key) - Number(a.key === seat.reading?.key))
    .map(({ key, count }) => ({
      ...{ group: access.names.ofGroup(user, key), count },
      mentions: reading.unreadMentions(user, key),
    }));
}
