import fc from 'fast-check';
import type { Notify } from '../../../src/board/types.ts';

export const groupNames = ['main', 'general'] as const;
/** All of them are protected by a password, so each may have several connections. */
export const userNames = ['alice', 'bob', 'carol'] as const;

export type UserName = (typeof userNames)[number];
type GroupName = (typeof groupNames)[number];

/** The connections: Alice and Carol have two. */
export const seats = [
  { user: 'alice', kind: 'program' },
  { user: 'alice', kind: 'person' },
  { user: 'bob', kind: 'program' },
  { user: 'carol', kind: 'person' },
  { user: 'carol', kind: 'program' },
] as const satisfies { user: UserName; kind: 'program' | 'person' }[];

/** A group, or the direct conversation with one of the others. */
export type Place = GroupName | { readonly other: 0 | 1 };

/**
 * What may happen. An act with a seat is an act of the user there, who logs in first if need be. The folder `playing` has a
 * function for each of them.
 *
 * An even `number` is that of a message that the user sees, or may change; an odd one is taken as it is. The `posts` of an
 * act are sent in one packet. A person types the short form of a command in its place.
 */
export type Act = SeatAct | OperatorAct;

export type SeatAct =
  | { do: 'join' | 'leave' | 'users'; seat: number; group: GroupName }
  | { do: 'groups' | 'directs'; seat: number }
  | { do: 'open' | 'block' | 'unblock'; seat: number; other: 0 | 1 }
  | { do: 'blocked'; seat: number }
  | { do: 'post'; seat: number; place: Place; posts: number; mentioned: UserName | undefined }
  | { do: Worded; seat: number; place: Place; number: number; mentioned: UserName | undefined }
  | { do: Numbered; seat: number; place: Place; number: number }
  | { do: 'deleteOwn'; seat: number; place: Place; number: number; reason: string | undefined }
  | { do: 'threads' | 'changes'; seat: number; place: Place }
  | { do: 'list'; seat: number; place: Place; before: number | undefined; limit: number }
  /** For a word of a content or of a subject, or for what is unread or mentions the user. */
  | { do: 'search'; seat: number; word: string }
  | { do: 'unread' | 'mentions'; seat: number }
  | { do: 'next' | 'catchUp'; seat: number; place: Place }
  | { do: 'undo'; seat: number }
  /** A program marks `count` messages more than one as read, or all up to a number. */
  | { do: 'markRead'; seat: number; place: Place; number: number; count: number; upTo: boolean }
  /** A program sets what is read. `gap` and `count` are those of a range after `lastRead`. */
  | { do: 'restore'; seat: number; place: Place; lastRead: number; gap: number; count: number }
  | { do: 'muteGroup'; seat: number; place: Place; notify: Notify }
  | { do: 'muteUser' | 'unmuteUser'; seat: number; other: 0 | 1 }
  | { do: 'mutes'; seat: number }
  /** Into a group, or the thread of a message. A program in a place reads what arrives there, as `chat` does. */
  | { do: 'go'; seat: number; place: Place; number: number | undefined }
  | { do: 'goUp' | 'whereabouts'; seat: number }
  /** A person types a line without %. */
  | { do: 'say'; seat: number; mentioned: UserName | undefined }
  | { do: 'vanish' | 'exit'; seat: number };

type Worded = 'reply' | 'edit';
type Numbered = 'get' | 'history' | 'thread' | 'muteThread' | 'unmuteThread';

/** What the operator does. Of messages in `newest`, 1 is the newest that the group has left. */
export type OperatorAct =
  | { do: 'delete'; group: GroupName; newest: number[] }
  | { do: 'purge'; group: GroupName; keep: number }
  /** The newest two messages are deleted around a join. */
  | { do: 'deleteAndJoin'; group: GroupName; seat: number; after: boolean }
  /** Once in a history. The name is then registered again. */
  | { do: 'deleteUser'; user: UserName; messages: 'keep' | 'purge' }
  | { do: 'renameUser'; user: UserName }
  | { do: 'renameGroup' | 'restart' };

const seat = fc.nat({ max: seats.length - 1 });
const group = fc.constantFrom(...groupNames);
const other = fc.constantFrom(0 as const, 1 as const);
const place: fc.Arbitrary<Place> = fc.oneof(
  { weight: 3, arbitrary: group },
  { weight: 1, arbitrary: fc.record({ other }) },
);
const user = fc.constantFrom(...userNames);
const mentioned = fc.option(user, { nil: undefined });
const number = fc.integer({ min: 1, max: 12 });
const reason = fc.constantFrom(undefined, 'wrong group');
const upToThree = fc.nat({ max: 3 });
const one = <T extends Act['do']>(...words: T[]) => fc.constantFrom(...words);
const often = <T extends Act>(weight: number, arbitrary: fc.Arbitrary<T>) => ({
  weight,
  arbitrary: arbitrary as fc.Arbitrary<Act>,
});

const act: fc.Arbitrary<Act> = fc.oneof(
  often(
    12,
    fc.record({ do: one('post'), seat, place, posts: fc.integer({ min: 1, max: 3 }), mentioned }),
  ),
  often(10, fc.record({ do: one('reply'), seat, place, number, mentioned })),
  often(8, fc.record({ do: one('join'), seat, group })),
  often(3, fc.record({ do: one('leave', 'users'), seat, group })),
  often(5, fc.record({ do: one('edit'), seat, place, number, mentioned })),
  often(4, fc.record({ do: one('deleteOwn'), seat, place, number, reason })),
  often(6, fc.record({ do: one('get', 'history', 'thread'), seat, place, number })),
  often(8, fc.record({ do: one('threads', 'changes', 'catchUp'), seat, place })),
  often(8, fc.record({ do: one('next'), seat, place })),
  often(
    3,
    fc.record({
      ...{ do: one('list'), seat, place, before: fc.option(number, { nil: undefined }) },
      limit: fc.integer({ min: 1, max: 6 }),
    }),
  ),
  often(
    4,
    fc.record({
      ...{ do: one('markRead'), seat, place, number },
      ...{ count: upToThree, upTo: fc.boolean() },
    }),
  ),
  often(
    2,
    fc.record({
      ...{ do: one('restore'), seat, place, lastRead: fc.nat({ max: 8 }) },
      ...{ gap: upToThree, count: upToThree },
    }),
  ),
  often(
    5,
    fc.record({
      ...{ do: one('search'), seat },
      word: fc.constantFrom('full', 's1', 's2', 's5', 'e1', 'e2', 'is:unread', 'is:mention'),
    }),
  ),
  often(3, fc.record({ do: one('open', 'block', 'unblock'), seat, other })),
  often(
    7,
    fc.record({
      do: one('blocked', 'groups', 'directs', 'unread', 'undo', 'mentions', 'mutes'),
      seat,
    }),
  ),
  often(
    3,
    fc.record({
      ...{ do: one('muteGroup'), seat, place },
      notify: fc.constantFrom('all', 'mentions', 'none'),
    }),
  ),
  often(3, fc.record({ do: one('muteThread', 'unmuteThread'), seat, place, number })),
  often(2, fc.record({ do: one('muteUser', 'unmuteUser'), seat, other })),
  often(
    5,
    fc.record({ do: one('go'), seat, place, number: fc.option(number, { nil: undefined }) }),
  ),
  often(1, fc.record({ do: one('goUp', 'whereabouts'), seat })),
  often(6, fc.record({ do: one('say'), seat, mentioned })),
  often(3, fc.record({ do: one('vanish', 'exit'), seat })),
  often(
    3,
    fc.record({
      ...{ do: one('delete'), group },
      newest: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { minLength: 1 }),
    }),
  ),
  often(3, fc.record({ do: one('deleteAndJoin'), group, seat, after: fc.boolean() })),
  often(1, fc.record({ do: one('purge'), group, keep: fc.nat({ max: 4 }) })),
  often(1, fc.record({ do: one('renameUser'), user })),
  often(
    1,
    fc.record({
      ...{ do: one('deleteUser'), user },
      messages: fc.constantFrom('keep' as const, 'purge' as const),
    }),
  ),
  often(2, fc.record({ do: one('renameGroup', 'restart') })),
);

/** Random histories. */
export const histories = fc.array(act, { minLength: 15, maxLength: 50 });

const acts = (minLength: number, maxLength: number) => fc.array(act, { minLength, maxLength });
const bobsSeat = 2;

/**
 * Random histories in which Bob has posted many messages before others join, and these are edited, deleted and looked for
 * then. What an answer or a notice tells of invisible messages is found in fewer of them.
 */
export const historiesOfLateMembers: fc.Arbitrary<Act[]> = group.chain((group) => {
  const old = fc.integer({ min: 1, max: 6 }).map((nth) => 2 * nth);
  const number = fc.oneof(old, fc.integer({ min: 1, max: 12 }));
  const late = fc.constantFrom(0, 1, 3, 4);
  const rare = fc.oneof(
    fc.record({
      do: one('edit', 'reply'),
      seat: fc.constant(bobsSeat),
      place: fc.constant(group),
      number,
      mentioned,
    }),
    fc.record({
      do: one('deleteOwn'),
      seat: fc.constant(bobsSeat),
      place: fc.constant(group),
      number,
      reason,
    }),
    fc.record({
      do: one('deleteAndJoin'),
      group: fc.constant(group),
      seat: late,
      after: fc.boolean(),
    }),
    fc.record({ do: one('search'), seat: late, word: fc.constantFrom('full', 's1', 's2') }),
    fc.record({
      ...{ do: one('list'), seat: late, place: fc.constant(group) },
      ...{ before: fc.constant(undefined), limit: fc.constant(12) },
    }),
    fc.record({
      do: one('get', 'history', 'thread'),
      seat: late,
      place: fc.constant(group),
      number,
    }),
    fc.record({ do: one('threads', 'changes', 'next'), seat: late, place: fc.constant(group) }),
  ) as fc.Arbitrary<Act>;
  const begun: Act[] = [
    { do: 'join', seat: bobsSeat, group },
    { do: 'post', seat: bobsSeat, place: group, posts: 3, mentioned: undefined },
    { do: 'post', seat: bobsSeat, place: group, posts: 3, mentioned: 'bob' },
  ];
  const joins: Act[] = [0, 3].map((seat) => ({ do: 'join', seat, group }));
  return fc
    .tuple(acts(0, 5), acts(0, 3), fc.array(fc.oneof(rare, act), { minLength: 10, maxLength: 30 }))
    .map(([early, between, then]) => [...begun, ...early, ...joins, ...between, ...then]);
});
