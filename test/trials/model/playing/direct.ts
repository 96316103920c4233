import type { Playing } from './turn.ts';

/** Direct conversations and blocks. */
export const directActs: Playing<'open' | 'block' | 'unblock' | 'blocked'> = {
  async open({ stage, oracle, seat, user, other }) {
    if (seat.isPerson) return;
    const opened = oracle.direct.open(user, other);
    const name = oracle.access.names.of(other);
    const answer = 'error' in opened ? opened : { result: { group: `@${name}`, user: name } };
    if ('key' in opened && opened.isNew) stage.tellOpened(seat, opened.key);
    await seat.ask('direct.open', { user: name }, answer);
  },

  block: ({ oracle, seat, user, other }) =>
    seat.ask(
      'user.block',
      { user: oracle.access.names.of(other) },
      oracle.direct.block(user, other),
    ),

  unblock: ({ oracle, seat, user, other }) =>
    seat.ask(
      'user.unblock',
      { user: oracle.access.names.of(other) },
      oracle.direct.unblock(user, other),
    ),

  blocked: ({ oracle, seat, user }) => seat.ask('user.blocked', {}, oracle.direct.blocked(user)),
};
