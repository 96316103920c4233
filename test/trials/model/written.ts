import type { Act, Place } from './acts.ts';

// The seats: see `seats`.
const alice = 0;
const aliceTyping = 1;
const bob = 2;
const carolTyping = 3;
const carol = 4;

const post = (seat: number, place: Place, posts = 1): Act => {
  return { do: 'post', seat, place, posts, mentioned: undefined };
};
const join = (seat: number, group: 'main' | 'general' = 'main'): Act => ({
  do: 'join',
  seat,
  group,
});
const list = (seat: number, place: Place = 'main'): Act => {
  return { do: 'list', seat, place, before: undefined, limit: 20 };
};
const edit = (seat: number, number: number): Act => {
  return { do: 'edit', seat, place: 'main', number, mentioned: undefined };
};
const reply = (seat: number, number: number): Act => {
  return { do: 'reply', seat, place: 'main', number, mentioned: undefined };
};
const deleteOwn = (seat: number, place: Place, number: number): Act => {
  return { do: 'deleteOwn', seat, place, number, reason: undefined };
};
const get = (seat: number, number: number): Act => ({ do: 'get', seat, place: 'main', number });
const say = (seat: number): Act => ({ do: 'say', seat, mentioned: undefined });

/** Bob has posted five messages before Carol joins: she sees the fourth and the fifth. Both have their sessions. */
const carolJoinsLate: readonly Act[] = [
  join(bob),
  post(bob, 'main', 3),
  post(bob, 'main', 2),
  { do: 'unread', seat: carolTyping },
  join(carol),
];

/** What random histories seldom do. An odd number is that of a message. */
export const writtenMessages: Readonly<Record<string, readonly Act[]>> = {
  'messages from before a join are edited and deleted': [
    ...carolJoinsLate,
    ...[edit(bob, 1), edit(bob, 3), edit(bob, 5)],
    { do: 'changes', seat: carol, place: 'main' },
    ...[get(carol, 3), { do: 'history', seat: carol, place: 'main', number: 3 } as const],
    deleteOwn(bob, 'main', 3),
    deleteOwn(bob, 'main', 5),
    ...[list(carol), list(carolTyping), { do: 'changes', seat: carol, place: 'main' } as const],
    { do: 'delete', group: 'main', newest: [1, 2, 3] },
    list(carol),
  ],
  'the newest messages are deleted around a join': [
    ...carolJoinsLate,
    ...[join(alice), post(bob, 'main', 3)],
    { do: 'deleteAndJoin', group: 'main', seat: carol, after: false },
    ...[list(carol), list(carolTyping)],
    post(bob, 'main', 2),
    { do: 'deleteAndJoin', group: 'main', seat: aliceTyping, after: true },
    ...[list(alice), { do: 'search', seat: alice, word: 'full' } as const],
  ],
  'older messages are searched for, listed and answered': [
    ...carolJoinsLate,
    ...[reply(bob, 1), reply(bob, 5), reply(carolTyping, 1)],
    { do: 'search', seat: carol, word: 'full' },
    { do: 'search', seat: carolTyping, word: 's2' },
    { do: 'search', seat: carol, word: 'is:unread' },
    { do: 'threads', seat: carol, place: 'main' },
    { do: 'thread', seat: carolTyping, place: 'main', number: 1 },
    { do: 'next', seat: carolTyping, place: 'main' },
    { do: 'unread', seat: carolTyping },
  ],
  'a group, a thread and a user are muted and unmuted': [
    ...[join(alice), join(bob), join(carol), { do: 'mutes', seat: aliceTyping } as const],
    ...[post(bob, 'main', 2), post(carol, 'main'), reply(bob, 3), reply(carol, 1)],
    { do: 'muteThread', seat: aliceTyping, place: 'main', number: 3 },
    { do: 'unread', seat: aliceTyping },
    { do: 'muteUser', seat: alice, other: 0 },
    ...[post(bob, 'main'), reply(carol, 5), { do: 'unread', seat: aliceTyping } as const],
    { do: 'muteGroup', seat: alice, place: 'main', notify: 'mentions' },
    { do: 'post', seat: bob, place: 'main', posts: 1, mentioned: 'alice' },
    { do: 'post', seat: carol, place: 'main', posts: 1, mentioned: 'alice' },
    { do: 'next', seat: aliceTyping, place: 'main' },
    { do: 'muteGroup', seat: aliceTyping, place: 'main', notify: 'none' },
    { do: 'post', seat: carol, place: 'main', posts: 1, mentioned: 'alice' },
    ...[{ do: 'leave', seat: bob, group: 'main' } as const, join(bob)],
    ...[{ do: 'mutes', seat: alice } as const, { do: 'mutes', seat: aliceTyping } as const],
    { do: 'muteGroup', seat: alice, place: 'main', notify: 'all' },
    { do: 'unmuteUser', seat: aliceTyping, other: 0 },
    { do: 'unmuteThread', seat: alice, place: 'main', number: 3 },
    { do: 'next', seat: aliceTyping, place: 'main' },
  ],
  'messages arrive in a place, and lines without % are posted there': [
    ...[join(alice), join(bob), join(carol), post(bob, 'main')],
    { do: 'go', seat: alice, place: 'main', number: undefined },
    { do: 'go', seat: carolTyping, place: 'main', number: 1 },
    ...[say(carolTyping), post(bob, 'main', 2), reply(bob, 1), post(carolTyping, 'main', 2)],
    ...[list(carolTyping), { do: 'unread', seat: aliceTyping } as const],
    { do: 'go', seat: alice, place: 'main', number: 1 },
    ...[reply(bob, 1), post(bob, 'main'), { do: 'unread', seat: aliceTyping } as const],
    { do: 'go', seat: aliceTyping, place: { other: 0 }, number: undefined },
    ...[say(aliceTyping), post(bob, { other: 0 }), say(aliceTyping)],
    { do: 'goUp', seat: carolTyping },
    ...[say(carolTyping), { do: 'leave', seat: carol, group: 'main' } as const, say(carolTyping)],
    { do: 'whereabouts', seat: carolTyping },
  ],
  'a user is deleted, and leaves messages, a conversation, mutes and a place': [
    ...[join(alice), join(bob), join(carol), post(bob, 'main', 2), reply(carolTyping, 1)],
    ...[post(bob, { other: 0 }), post(alice, { other: 0 }), post(bob, { other: 1 })],
    { do: 'post', seat: alice, place: 'main', posts: 1, mentioned: 'bob' },
    { do: 'muteUser', seat: alice, other: 0 },
    { do: 'block', seat: carol, other: 1 },
    { do: 'go', seat: aliceTyping, place: { other: 0 }, number: undefined },
    { do: 'catchUp', seat: aliceTyping, place: { other: 0 } },
    deleteOwn(bob, 'main', 1),
    { do: 'deleteUser', user: 'bob', messages: 'keep' },
    ...[say(aliceTyping), { do: 'whereabouts', seat: aliceTyping } as const],
    { do: 'undo', seat: aliceTyping },
    { do: 'next', seat: aliceTyping, place: 'main' },
    ...[join(bob), post(bob, 'main'), post(bob, { other: 0 }), list(bob), list(bob, { other: 0 })],
    { do: 'changes', seat: alice, place: 'main' },
  ],
  'a user is deleted with all messages': [
    ...[join(alice), join(bob), post(bob, 'main', 3), join(carol), post(bob, { other: 0 }, 2)],
    { do: 'deleteUser', user: 'bob', messages: 'purge' },
    ...[list(carol), list(alice), { do: 'changes', seat: carol, place: 'main' } as const],
    ...[join(bob), list(bob), post(bob, { other: 0 })],
  ],
  'a group and a user are renamed': [
    ...[
      join(carol, 'general'),
      join(bob, 'general'),
      { do: 'users', seat: carolTyping, group: 'general' } as const,
    ],
    { do: 'go', seat: carolTyping, place: 'general', number: undefined },
    ...[
      { do: 'renameGroup' } as const,
      { do: 'renameUser', user: 'bob' } as const,
      say(carolTyping),
    ],
    ...[
      { do: 'whereabouts', seat: carolTyping } as const,
      post(bob, 'general'),
      list(carolTyping, 'general'),
    ],
  ],
  'marks are set, and a catch-up is undone': [
    ...[join(alice), join(bob), post(bob, 'main', 3), post(bob, 'main', 3)],
    { do: 'markRead', seat: alice, place: 'main', number: 3, count: 1, upTo: false },
    { do: 'catchUp', seat: alice, place: 'main' },
    post(bob, 'main', 2),
    { do: 'markRead', seat: alice, place: 'main', number: 8, count: 0, upTo: false },
    ...[{ do: 'undo', seat: alice } as const, { do: 'unread', seat: aliceTyping } as const],
    { do: 'restore', seat: alice, place: 'main', lastRead: 1, gap: 1, count: 2 },
    ...[
      { do: 'unread', seat: aliceTyping } as const,
      { do: 'search', seat: alice, word: 'is:unread' } as const,
    ],
  ],
  'direct messages are edited, deleted and counted': [
    ...[post(bob, { other: 0 }, 3), post(alice, { other: 0 })],
    { do: 'edit', seat: bob, place: { other: 0 }, number: 1, mentioned: 'alice' },
    deleteOwn(bob, { other: 0 }, 3),
    deleteOwn(alice, { other: 0 }, 1),
    ...[list(alice, { other: 0 }), list(aliceTyping, { other: 0 }), list(bob, { other: 0 })],
    { do: 'history', seat: aliceTyping, place: { other: 0 }, number: 1 },
    ...[{ do: 'unread', seat: aliceTyping } as const, { do: 'directs', seat: alice } as const],
    { do: 'get', seat: aliceTyping, place: { other: 0 }, number: 1 },
  ],
};
