import type { UserName } from '../acts.ts';
import type { Answer } from '../oracle/answer.ts';
import { isDirect, otherOf } from '../oracle/names.ts';
import type { Request } from '../people/actor.ts';
import type { Playing, Turn } from './turn.ts';

/** Messages, threads and searches. */
export const messageActs: Playing<
  | 'post'
  | 'reply'
  | 'get'
  | 'edit'
  | 'deleteOwn'
  | 'history'
  | 'thread'
  | 'threads'
  | 'changes'
  | 'list'
  | 'search'
  | 'mentions'
> = {
  async post(turn, act) {
    const { stage, oracle, seat, user, key, group } = turn;
    const text = stage.text('in full', act);
    const requests: Request[] = [];
    const answers: Answer[] = [];
    // A short form means another group once the place is lost.
    const posts = seat.isPerson && seat.place?.key === key && seat.isPlaceLost ? 1 : act.posts;
    for (let nth = 0; nth < posts; nth++) {
      const subject = stage.newWord('s');
      requests.push({ method: 'message.post', params: { group, subject, content: text.content } });
      answers.push(post(turn, () => postIn(subject)));
    }
    await seat.compare(requests, answers, key);

    /** In the place of a person, `%post` is short, and in a thread it is a reply. */
    function postIn(subject: string) {
      const thread = seat.isPerson ? seat.threadOf(key) : undefined;
      if (thread === undefined) return oracle.messages.post(user, key, subject, text);
      const answered = oracle.messages.inThread(user, key, thread)[0]?.number ?? thread;
      return oracle.messages.reply(user, key, answered, text, subject);
    }
  },

  async reply(turn, act) {
    const { stage, oracle, seat, user, key } = turn;
    const { number: replyTo } = turn.aim(act);
    const text = stage.text('in full', act);
    const answer = oracle.messages.reply(user, key, replyTo, text);
    await turn.ask('message.post', { replyTo, content: text.content }, answer);
    if (answer.kept) stage.tellPosted(seat, key, answer.kept);
  },

  async get(turn, act) {
    const { stage, oracle, seat, user, key } = turn;
    const { number } = turn.aim(act);
    const answer = oracle.messages.get(user, key, number);
    await turn.ask('message.get', { number, first: turn.first() }, answer);
    if (seat.isPerson && 'result' in answer) oracle.reading.markRead(user, key, [number, number]);
    stage.tellMarks(seat, key);
  },

  async edit(turn, act) {
    const { stage, oracle, seat, user, key } = turn;
    const { number } = turn.aim(act);
    const text = stage.text(`in full, ${stage.newWord('e')}`, act);
    const answer = oracle.messages.edit(user, key, number, text);
    await turn.ask('message.edit', { number, content: text.content }, answer);
    if ('result' in answer) stage.tellEdited(seat, key, number);
  },

  async deleteOwn(turn, act) {
    const { stage, oracle, seat, user, key } = turn;
    const { number } = turn.aim(act);
    const told = stage.seatsThatSee(key, number, seat);
    const answer = oracle.messages.delete(user, key, number, act.reason);
    const why = act.reason !== undefined && { reason: act.reason };
    await turn.ask('message.delete', { number, ...why }, answer);
    if ('error' in answer) return;
    stage.tell(told, key, 'message.deleted', {
      ...{ number, by: oracle.access.names.of(user) },
      ...why,
    });
    stage.tellEvents(seat);
  },

  history(turn, act) {
    const { number } = turn.aim(act);
    return turn.ask(
      'message.history',
      { number },
      turn.oracle.messages.history(turn.user, turn.key, number),
    );
  },

  async thread(turn, act) {
    const { oracle, seat, user, key } = turn;
    const { number: thread } = turn.aim(act);
    const answer = oracle.messages.thread(user, key, thread);
    if ('result' in answer) seat.reading = { key, thread: Number(answer.result.thread) };
    await turn.ask('thread.get', { thread, first: turn.first() }, answer);
  },

  threads: (turn) => turn.ask('thread.list', {}, turn.oracle.messages.threads(turn.user, turn.key)),

  async changes(turn) {
    const { oracle, seat, user, key } = turn;
    if (seat.isPerson) return;
    const answer = oracle.messages.changes(user, key, seat.knownChanges(key));
    await turn.ask('group.changes', { key }, answer);
    if ('result' in answer) seat.known.set(key, oracle.access.model.turn);
  },

  list(turn, { before, limit }) {
    const { oracle, seat, user, key } = turn;
    const params = { limit, ...(before !== undefined && { before }) };
    const answer = oracle.messages.list(user, key, params);
    const first = seat.isPerson && { first: turn.first() };
    return turn.ask('message.list', { ...params, ...first }, answer);
  },

  search({ oracle, seat, user }, { word }) {
    const first = oracle.access.firsts(user);
    return seat.ask('message.search', { query: word, first }, oracle.reading.search(user, word));
  },

  mentions({ oracle, seat, user }) {
    const first = oracle.access.firsts(user);
    return seat.ask('mention.list', { first }, oracle.reading.mentions(user));
  },
};

/** Posts on the model, which begins a direct conversation; the others are notified. */
function post(
  { stage, oracle, seat, user, key }: Turn,
  add: () => ReturnType<Turn['oracle']['messages']['post']>,
): Answer {
  if (isDirect(key)) {
    const opened = oracle.direct.open(user, otherOf(user, key) as UserName);
    if ('error' in opened) return opened;
    if (opened.isNew) stage.tellOpened(seat, key);
  }
  const answer = add();
  if (answer.kept) stage.tellPosted(seat, key, answer.kept);
  return answer;
}
