import { isDirect } from '../oracle/names.ts';
import type { Playing, Turn } from './turn.ts';

/** Muted groups, threads and users. */
export const muteActs: Playing<
  'muteGroup' | 'muteThread' | 'unmuteThread' | 'muteUser' | 'unmuteUser' | 'mutes'
> = {
  async muteGroup(turn, { notify }) {
    const { stage, oracle, seat, user, key } = turn;
    // To a person, `%mute @dave` is about a user.
    if (seat.isPerson && isDirect(key)) return;
    const answer = oracle.mutes.setNotify(user, key, notify);
    await turn.ask('membership.set', { notify }, answer);
    if ('error' in answer) return;
    const { lastNumber } = answer.result;
    stage.tell(stage.othersOf(seat), key, 'membership.changed', { notify, lastNumber });
  },

  muteThread: (turn, act) => muteThread(turn, turn.aim(act).number, true),
  unmuteThread: (turn, act) => muteThread(turn, turn.aim(act).number, false),
  muteUser: (turn) => muteUser(turn, true),
  unmuteUser: (turn) => muteUser(turn, false),
  mutes: ({ oracle, seat, user }) => seat.ask('mute.list', {}, oracle.mutes.list(user)),
};

async function muteThread(turn: Turn, thread: number, muted: boolean): Promise<void> {
  const { oracle, user, key } = turn;
  const answer = oracle.mutes.setThread(user, key, thread, muted);
  await turn.ask(muted ? 'thread.mute' : 'thread.unmute', { thread }, answer);
  if ('result' in answer) tellOthers(turn);
}

async function muteUser(turn: Turn, muted: boolean): Promise<void> {
  const { oracle, seat, user, other } = turn;
  const params = { user: oracle.access.names.of(other) };
  const answer = oracle.mutes.setUser(user, other, muted);
  await seat.ask(muted ? 'user.mute' : 'user.unmute', params, answer);
  tellOthers(turn);
}

function tellOthers({ stage, seat }: Turn): void {
  for (const other of stage.othersOf(seat)) other.expect('mutes.changed', {});
}
