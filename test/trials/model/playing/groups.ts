import type { Playing } from './turn.ts';

/** Groups and memberships. */
export const groupActs: Playing<'join' | 'leave' | 'users' | 'groups' | 'directs'> = {
  async join(turn) {
    const { stage, oracle, seat, user, key } = turn;
    const answer = oracle.groups.join(user, key);
    await turn.ask('group.join', {}, answer);
    if ('error' in answer) return;
    const { lastNumber } = oracle.access.model.group(key);
    const params = { user: oracle.access.names.of(user), lastNumber };
    stage.tell(stage.seatsOfMembers(key, seat), key, 'member.joined', params);
  },

  async leave(turn) {
    const { stage, oracle, seat, user, key } = turn;
    const isMember = oracle.access.isIn(user, key);
    // The user's other sessions have to know, also if the user has muted the group.
    const own = stage.seatsIn(key, seat).filter((each) => each.user === user);
    const told = new Set([...own, ...stage.seatsOfMembers(key, seat)]);
    const params = { user: oracle.access.names.of(user) };
    if (isMember) stage.tell([...told], key, 'member.left', params);
    const answer = oracle.groups.leave(user, key);
    await turn.ask('group.leave', {}, answer);
  },

  users: (turn) => turn.ask('group.members', {}, turn.oracle.groups.members(turn.user, turn.key)),

  async groups({ oracle, seat, user }) {
    if (!seat.isPerson) await seat.ask('group.list', {}, oracle.groups.list(user));
  },

  directs: ({ oracle, seat, user }) => seat.ask('direct.list', {}, oracle.groups.directs(user)),
};
