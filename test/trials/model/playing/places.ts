import type { UserName } from '../acts.ts';
import type { Answer } from '../oracle/answer.ts';
import { isDirect, otherOf } from '../oracle/names.ts';
import type { Playing, Turn } from './turn.ts';

/** Places: see `%go`. */
export const placeActs: Playing<'go' | 'goUp' | 'whereabouts' | 'say'> = {
  async go(turn, act) {
    const { seat, key } = turn;
    // To a person, `%go 7` is a message.
    if (seat.isPerson && /^\d+$/.test(turn.group)) return;
    const { number } = turn.aim(act);
    const bare = number !== undefined && key === (seat.place?.key ?? 'main');
    const answer = enter(turn, number);
    if (seat.isPerson) return turn.ask('go', { number, bare }, answer);
    // The program finds out the number of the group.
    if (isDirect(key) && 'error' in answer) return;
    await turn.ask(
      'message.list',
      { limit: 1 },
      turn.oracle.messages.list(turn.user, key, { limit: 1 }),
    );
    if ('result' in answer) seat.stay();
  },

  async goUp(turn) {
    const { seat } = turn;
    const { place } = seat;
    if (!seat.isPerson) {
      seat.place = undefined;
      return;
    }
    seat.place = place?.thread === undefined ? undefined : { key: place.key, name: place.name };
    if (seat.place) seat.reading = { key: seat.place.key };
    const answer = seat.place ? arrived(turn) : { result: { where: 'left' } };
    await seat.ask('go', { group: '..' }, answer);
  },

  async whereabouts(turn) {
    const { seat } = turn;
    if (!seat.isPerson) return;
    const answer = seat.place ? arrived(turn, false) : { result: { where: 'nowhere' } };
    await seat.ask('go', { group: '' }, answer);
  },

  /** In a thread a line is a reply; in a direct conversation it is one to the newest message. */
  async say(turn, act) {
    const { stage, oracle, seat, user } = turn;
    if (!seat.isPerson) return;
    const { content, mentions } = stage.text(`${stage.newWord('s')} in full`, act);
    const text = { content, mentions };
    const { place } = seat;
    if (!place) {
      const [word] = content.split(' ');
      const sentence = `"${word}" is no command: commands start with %.`;
      return seat.ask('say', { content }, { error: `METHOD_NOT_FOUND: ${sentence}` });
    }
    const { key, thread } = place;
    const visible = oracle.access.visible(user, key);
    const inThread = thread === undefined ? [] : oracle.messages.inThread(user, key, thread);
    const newest = isDirect(key) ? visible.at(-1)?.number : undefined;
    const answer =
      thread !== undefined
        ? oracle.messages.reply(user, key, inThread[0]?.number ?? thread, text)
        : newest !== undefined
          ? oracle.messages.reply(user, key, newest, text, content)
          : oracle.messages.post(user, key, content, text);
    await seat.ask('say', { content }, answer, key);
    if (answer.kept) stage.tellPosted(seat, key, answer.kept);
  },
};

/** Goes into a group, a conversation or a thread, if the user may see it. */
function enter({ stage, oracle, seat, user, key }: Turn, number?: number): Answer {
  if (isDirect(key)) {
    if (!seat.isPerson && !oracle.access.isIn(user, key)) return { error: 'not begun' };
    const opened = oracle.direct.open(user, otherOf(user, key) as UserName);
    if ('error' in opened) return opened;
    if (opened.isNew) stage.tellOpened(seat, key);
  }
  const found =
    number === undefined
      ? oracle.access.in(user, key, () => ({}))
      : oracle.messages.thread(user, key, number);
  if ('error' in found) return found;
  const { thread } = found.result as { thread?: number };
  const name = oracle.access.names.ofGroup(user, key);
  seat.place = { key, name, ...(thread !== undefined && { thread }) };
  seat.reading = seat.isPerson ? seat.place : undefined;
  return arrived({ oracle, seat, user });
}

/** Where a person is, how much is unread there, and for a user who has just come, what is pinned. */
function arrived(
  { oracle, seat, user }: Pick<Turn, 'oracle' | 'seat' | 'user'>,
  hasCome = true,
): Answer {
  const { key = '', thread } = seat.place ?? {};
  return oracle.access.in(user, key, () => ({
    ...(thread !== undefined && { thread }),
    ...(hasCome &&
      !isDirect(key) && {
        pins: oracle.curation.pins(user, key).map(oracle.access.header, oracle.access),
      }),
    unread: oracle.reading.unread(user, key).length,
  }));
}
