import type { ActOnUser, OnMessage, SeatAct } from '../acts.ts';
import type { Playing, Turn } from './turn.ts';

type OnUser = Extract<SeatAct, { do: ActOnUser }>;
type AboutMessage = Extract<SeatAct, { do: OnMessage }>;

/** What moderators and owners do. */
export const moderationActs: Playing<
  | 'invite'
  | 'revoke'
  | 'makeCode'
  | 'revokeCodes'
  | 'invitations'
  | 'invited'
  | ActOnUser
  | 'setRole'
  | 'closeThread'
  | 'reopenThread'
  | 'pin'
  | 'unpin'
  | 'report'
  | 'reports'
  | 'closeReports'
  | 'protect'
> = {
  async invite(turn, { user: other }) {
    const { stage, oracle, seat, user, key } = turn;
    const answer = oracle.invitations.invite(user, key, other);
    await turn.ask('group.invite', { user: oracle.access.names.of(other) }, answer);
    stage.tellEvents(seat);
  },

  async makeCode(turn, { uses, hasEnd }) {
    const { stage, oracle, seat, user, key } = turn;
    const refused = oracle.invitations.refusesCode(user, key);
    const answer = 'error' in refused ? refused : { result: { ...refused.result, code: 'CODE' } };
    const until = hasEnd && { until: inHours(48) };
    await turn.ask('group.invite', { uses, ...until }, answer);
    const { lastCode } = seat;
    if ('error' in answer || lastCode === undefined) return;
    stage.codes.unshift(lastCode);
    oracle.invitations.made(key, lastCode, uses, user, hasEnd);
    stage.tellEvents(seat);
  },

  async revoke(turn, { user: other }) {
    const { stage, oracle, seat, user, key } = turn;
    const answer = oracle.invitations.revoke(user, key, other);
    await turn.ask('invitation.revoke', { user: oracle.access.names.of(other) }, answer);
    stage.tellEvents(seat);
  },

  async revokeCodes(turn) {
    const { stage, oracle, seat, user, key } = turn;
    const answer = oracle.invitations.revoke(user, key, undefined);
    await turn.ask('invitation.revoke', {}, answer);
    stage.tellEvents(seat);
  },

  invitations: (turn) =>
    turn.ask('invitation.list', {}, turn.oracle.invitations.list(turn.user, turn.key)),

  invited: ({ seat, user, oracle }) => {
    const received = oracle.invitations.received(user);
    return seat.ask('invitation.list', {}, { result: { received } });
  },

  remove: onUser,
  bar: onUser,
  unbar: onUser,
  silence: onUser,
  unsilence: onUser,

  async setRole(turn, { user: other, role }) {
    const { stage, oracle, seat, user, key } = turn;
    const answer = oracle.roles.set(user, key, other, role);
    await turn.ask('group.setRole', { user: oracle.access.names.of(other), role }, answer);
    stage.tellEvents(seat);
  },

  closeThread: (turn, act) => close(turn, act, true),
  reopenThread: (turn, act) => close(turn, act, false),
  pin: (turn, act) => pin(turn, act, true),
  unpin: (turn, act) => pin(turn, act, false),

  async report(turn, act) {
    const { stage, oracle, seat, user, key } = turn;
    const { number } = turn.aim(act);
    const answer = oracle.curation.report(user, key, number, act.reason);
    await turn.ask('message.report', { number, reason: act.reason }, answer);
    stage.tellEvents(seat);
  },

  reports: (turn) => turn.ask('report.list', {}, turn.oracle.curation.reports(turn.user, turn.key)),

  async closeReports(turn, act) {
    const { oracle, user, key } = turn;
    const { number } = turn.aim(act);
    await turn.ask('report.close', { number }, oracle.curation.closeReports(user, key, number));
  },

  async protect({ stage, oracle, seat, user }) {
    if (oracle.access.protectedUsers.has(user)) return;
    await seat.ask('account.setPassword', { password: stage.password }, { result: {} });
    oracle.access.protectedUsers.add(user);
  },
};

async function onUser(turn: Turn, act: OnUser): Promise<void> {
  const { stage, oracle, seat, user, key, isHere } = turn;
  // In a place, a person who names a group that is not their own means a user by it.
  const hidesGroup = act.do !== 'silence' && seat.isPerson && seat.place && !isHere;
  if (hidesGroup && !oracle.access.isIn(user, key)) return;
  const answer = oracle.moderation.act(user, key, act.do, act.user, act.reason);
  const params = {
    user: oracle.access.names.of(act.user),
    ...(act.do === 'silence' && { until: inHours(2) }),
    ...(act.reason !== '' && { reason: act.reason }),
  };
  await turn.ask(`group.${act.do}`, params, answer);
  stage.tellEvents(seat);
}

async function close(turn: Turn, act: AboutMessage, closed: boolean): Promise<void> {
  const { stage, oracle, seat, user, key } = turn;
  const { number: thread } = turn.aim(act);
  const answer = oracle.curation.close(user, key, thread, closed);
  await turn.ask(closed ? 'thread.close' : 'thread.reopen', { thread }, answer);
  stage.tellEvents(seat);
}

async function pin(turn: Turn, act: AboutMessage, pinned: boolean): Promise<void> {
  const { stage, oracle, seat, user, key } = turn;
  const { number } = turn.aim(act);
  const answer = oracle.curation.pin(user, key, number, pinned);
  await turn.ask(pinned ? 'message.pin' : 'message.unpin', { number }, answer);
  stage.tellEvents(seat);
}

/** A time that does not come while a history is played. */
function inHours(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}
