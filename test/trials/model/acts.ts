import fc from 'fast-check';
import type { Notify } from '../../../src/board/types.ts';
import { everyone } from '../../../src/protocol/mentions.ts';
import type { Access, Policy, Role } from '../../../src/protocol/rights.ts';

export const groupNames = ['main', 'general'] as const;
/** Names that users give to groups. Several groups can have one of them, and that of a secret group can be `general`. */
export const madeNames = ['plans', 'club', 'general'] as const;
/** All but Dave are protected by a password, so each may have several connections. */
export const userNames = ['alice', 'bob', 'carol', 'dave'] as const;

export type UserName = (typeof userNames)[number];
/** A user whom a content mentions, or all members. */
export type Mentioned = UserName | typeof everyone;
type GroupName = (typeof groupNames)[number];
type MadeName = (typeof madeNames)[number];

/** The connections: Alice and Carol have two. */
export const seats = [
  { user: 'alice', kind: 'program' },
  { user: 'alice', kind: 'person' },
  { user: 'bob', kind: 'program' },
  { user: 'carol', kind: 'person' },
  { user: 'carol', kind: 'program' },
  { user: 'dave', kind: 'program' },
] as const satisfies { user: UserName; kind: 'program' | 'person' }[];

/** One of the groups that users have made, by its number, or by its name and number. */
interface MadeGroup {
  readonly made: number;
  readonly by: 'number' | 'both';
}

/** A group by its name, which may mean different groups for different users, or by its number. */
export type GroupPlace = GroupName | MadeName | 'news' | MadeGroup;

/** A group, or the direct conversation with one of the others. */
export type Place = GroupPlace | { readonly other: 0 | 1 };

/**
 * What may happen. An act with a seat is an act of the user there, who logs in first if need be. The folder `playing` has a
 * function for each of them.
 *
 * An even `number` is that of a message that the user sees, or may change; an odd one is taken as it is. The `posts` of an
 * act are sent in one packet. A person types the short form of a command in its place.
 */
export type Act = SeatAct | OperatorAct;

export type SeatAct =
  | { do: 'join' | 'leave' | 'users'; seat: number; group: GroupPlace }
  /** The nth of the codes that were made, counted from the newest. */
  | { do: 'joinByCode'; seat: number; group: GroupPlace; code: number }
  | { do: 'create'; seat: number; name: MadeName; access: Access }
  | { do: 'setGroup'; seat: number; group: GroupPlace; change: GroupChange }
  | { do: OnGroup; seat: number; group: GroupPlace }
  | { do: 'invite' | 'revoke'; seat: number; group: GroupPlace; user: UserName }
  | { do: 'makeCode'; seat: number; group: GroupPlace; uses: number; hasEnd: boolean }
  | { do: ActOnUser; seat: number; group: GroupPlace; user: UserName; reason: string }
  | { do: 'setRole'; seat: number; group: GroupPlace; user: UserName; role: Role }
  | { do: OnMessage; seat: number; place: GroupPlace; number: number }
  | { do: 'report'; seat: number; place: GroupPlace; number: number; reason: string }
  /** Dave chooses a password. */
  | { do: 'protect'; seat: number }
  | { do: 'groups' | 'directs' | 'invited'; seat: number }
  | { do: 'open' | 'block' | 'unblock'; seat: number; other: 0 | 1 }
  | { do: 'blocked'; seat: number }
  | { do: 'post'; seat: number; place: Place; posts: number; mentioned: Mentioned | undefined }
  | { do: Worded; seat: number; place: Place; number: number; mentioned: Mentioned | undefined }
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
  | { do: 'say'; seat: number; mentioned: Mentioned | undefined }
  | { do: 'vanish' | 'exit'; seat: number };

type Worded = 'reply' | 'edit';
type Numbered = 'get' | 'history' | 'thread' | 'muteThread' | 'unmuteThread';

/** What moderators do to a user. */
export type ActOnUser = 'remove' | 'bar' | 'unbar' | 'silence' | 'unsilence';
type OnGroup = 'about' | 'log' | 'deleteGroup' | 'invitations' | 'revokeCodes' | 'reports' | 'pins';
export type OnMessage = 'closeThread' | 'reopenThread' | 'pin' | 'unpin' | 'closeReports';

/** One thing that is changed. A name is new if it is undefined. */
type GroupChange =
  | { field: 'access'; value: Access }
  | { field: 'posting' | 'replying'; value: Policy }
  | { field: 'description' | 'about'; value: string }
  | { field: 'name'; value: MadeName | undefined };

/** One of the groups, whoever made it, counted from the first. */
type AnyGroup = number;

/** What the operator does. Of messages in `newest`, 1 is the newest that the group has left. */
export type OperatorAct =
  | { do: 'delete'; group: GroupName | AnyGroup; newest: readonly number[] }
  | { do: 'purge'; group: GroupName | AnyGroup; keep: number }
  /** The newest two messages are deleted around a join. */
  | { do: 'deleteAndJoin'; group: GroupName; seat: number; after: boolean }
  /** Once in a history. The name is then registered again. */
  | { do: 'deleteUser'; user: UserName; messages: 'keep' | 'purge' }
  | { do: 'renameUser'; user: UserName }
  | { do: 'operatorOnUser'; group: AnyGroup; act: ActOnUser; user: UserName; reason: string }
  | { do: 'operatorRole'; group: AnyGroup; user: UserName; role: Role }
  | { do: 'operatorSet'; group: AnyGroup; change: Exclude<GroupChange, { field: 'name' }> }
  | { do: 'operatorInvite' | 'operatorRevoke'; group: AnyGroup; user: UserName }
  | { do: 'operatorCode'; group: AnyGroup; uses: number }
  | { do: 'operatorOnMessage'; group: AnyGroup; act: OnMessage; newest: number }
  /** The user has a password again afterwards, but for Dave. A banned user is let in again afterwards. */
  | { do: 'unprotect' | 'ban'; user: UserName }
  | { do: 'renameGroup' | 'restart' | 'copy' };

const bobsSeat = 2;
const davesSeat = 5;
const seat = fc.nat({ max: seats.length - 1 });
const ownGroup = fc.constantFrom(...groupNames);
const madeGroup: fc.Arbitrary<GroupPlace> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...madeNames) },
  {
    weight: 2,
    arbitrary: fc.record({ made: fc.nat({ max: 3 }), by: fc.constantFrom('number', 'both') }),
  },
);
const group: fc.Arbitrary<GroupPlace> = fc.oneof(
  { weight: 3, arbitrary: ownGroup },
  { weight: 2, arbitrary: madeGroup },
);
const other = fc.constantFrom(0 as const, 1 as const);
const place: fc.Arbitrary<Place> = fc.oneof(
  { weight: 3, arbitrary: group },
  { weight: 1, arbitrary: fc.record({ other }) },
);
const user = fc.constantFrom(...userNames);
const mentioned = fc.option(
  fc.oneof({ weight: 3, arbitrary: user }, { weight: 1, arbitrary: fc.constant(everyone) }),
  { nil: undefined },
);
const number = fc.integer({ min: 1, max: 12 });
const reason = fc.constantFrom(undefined, 'wrong group');
const access = fc.constantFrom('open' as const, 'invite' as const, 'secret' as const);
const policy = fc.constantFrom('members' as const, 'moderators' as const);
const role = fc.constantFrom('member' as const, 'moderator' as const, 'owner' as const);
const why = fc.constantFrom('', 'spam');
const onUser = fc.constantFrom(
  ...(['remove', 'bar', 'unbar', 'silence', 'unsilence'] as const satisfies ActOnUser[]),
);
const onMessage = fc.constantFrom(
  ...([
    'closeThread',
    'reopenThread',
    'pin',
    'unpin',
    'closeReports',
  ] as const satisfies OnMessage[]),
);
const textOf = fc.constantFrom('', 'What we do', 'What is new');
const operatorsChange = fc.oneof(
  fc.record({ field: fc.constant('access' as const), value: access }),
  fc.record({ field: fc.constantFrom('posting' as const, 'replying' as const), value: policy }),
  fc.record({ field: fc.constantFrom('description' as const, 'about' as const), value: textOf }),
);
const change: fc.Arbitrary<GroupChange> = fc.oneof(
  { weight: 4, arbitrary: operatorsChange },
  {
    weight: 1,
    arbitrary: fc.record({
      field: fc.constant('name' as const),
      value: fc.option(fc.constantFrom(...madeNames), { nil: undefined }),
    }),
  },
);
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
      ...{ do: one('delete'), group: ownGroup },
      newest: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { minLength: 1 }),
    }),
  ),
  often(3, fc.record({ do: one('deleteAndJoin'), group: ownGroup, seat, after: fc.boolean() })),
  often(1, fc.record({ do: one('purge'), group: ownGroup, keep: fc.nat({ max: 4 }) })),
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

/** The sixth is the first that a user has made. */
const anyGroup = fc.oneof(fc.constant(5), fc.nat({ max: 8 }));

const staffSeat = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(bobsSeat, bobsSeat, 0, 1) },
  { weight: 2, arbitrary: seat },
);
/** The group that was made first, more often than others. */
const itsGroup: fc.Arbitrary<GroupPlace> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ made: 0, by: 'number' } as const) },
  { weight: 1, arbitrary: madeGroup },
);
const visibleNumber = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 6 }).map((nth) => 2 * nth) },
  { weight: 1, arbitrary: number },
);

/** What is done to the groups of users. */
const groupAct: fc.Arbitrary<Act> = fc.oneof(
  often(2, fc.record({ do: one('create'), seat, name: fc.constantFrom(...madeNames), access })),
  often(7, fc.record({ do: one('join'), seat, group: itsGroup })),
  often(4, fc.record({ do: one('joinByCode'), seat, group: itsGroup, code: fc.nat({ max: 2 }) })),
  often(3, fc.record({ do: one('leave', 'users'), seat, group: itsGroup })),
  often(4, fc.record({ do: one('setGroup'), seat: staffSeat, group: itsGroup, change })),
  often(4, fc.record({ do: one('about', 'log', 'pins'), seat, group: itsGroup })),
  often(2, fc.record({ do: one('invitations', 'reports'), seat: staffSeat, group: itsGroup })),
  often(2, fc.record({ do: one('deleteGroup', 'revokeCodes'), seat, group: itsGroup })),
  often(6, fc.record({ do: one('invite'), seat: staffSeat, group: itsGroup, user })),
  often(2, fc.record({ do: one('revoke'), seat, group: itsGroup, user })),
  often(
    4,
    fc.record({
      ...{ do: one('makeCode'), seat: staffSeat, group: itsGroup },
      ...{ uses: fc.integer({ min: 1, max: 2 }), hasEnd: fc.boolean() },
    }),
  ),
  often(12, fc.record({ do: onUser, seat: staffSeat, group: itsGroup, user, reason: why })),
  often(6, fc.record({ do: one('setRole'), seat: staffSeat, group: itsGroup, user, role })),
  often(10, fc.record({ do: onMessage, seat: staffSeat, place: itsGroup, number: visibleNumber })),
  often(
    3,
    fc.record({
      ...{ do: one('report'), seat, place: itsGroup, number: visibleNumber },
      reason: fc.constantFrom('spam', 'an insult'),
    }),
  ),
  often(2, fc.record({ do: one('invited', 'groups'), seat })),
  often(1, fc.record({ do: one('protect'), seat: fc.constant(davesSeat) })),
  often(
    6,
    fc.record({
      ...{ do: one('post'), seat, place: itsGroup },
      ...{ posts: fc.integer({ min: 1, max: 3 }), mentioned },
    }),
  ),
  often(
    8,
    fc.record({
      do: one('reply', 'edit'),
      seat,
      place: itsGroup,
      number: visibleNumber,
      mentioned,
    }),
  ),
  often(
    4,
    fc.record({ do: one('deleteOwn'), seat, place: itsGroup, number: visibleNumber, reason }),
  ),
  often(2, fc.record({ do: one('go'), seat, place: madeGroup, number: fc.constant(undefined) })),
  often(
    3,
    fc.record({
      ...{ do: one('operatorOnUser'), group: anyGroup, act: onUser, user, reason: why },
    }),
  ),
  often(
    1,
    fc.record({
      do: one('delete'),
      group: anyGroup,
      newest: fc.constantFrom<number[]>([1], [2], [1, 2]),
    }),
  ),
  often(1, fc.record({ do: one('purge'), group: anyGroup, keep: fc.nat({ max: 4 }) })),
  often(2, fc.record({ do: one('operatorRole'), group: anyGroup, user, role })),
  often(1, fc.record({ do: one('operatorSet'), group: anyGroup, change: operatorsChange })),
  often(1, fc.record({ do: one('operatorInvite', 'operatorRevoke'), group: anyGroup, user })),
  often(1, fc.record({ do: one('operatorCode'), group: anyGroup, uses: fc.constant(2) })),
  often(
    2,
    fc.record({
      ...{ do: one('operatorOnMessage'), group: anyGroup, act: onMessage },
      newest: fc.integer({ min: 1, max: 3 }),
    }),
  ),
  often(1, fc.record({ do: one('unprotect', 'ban'), user })),
  often(1, fc.record({ do: one('copy') })),
);

/** Random histories. */
export const histories = fc.array(act, { minLength: 15, maxLength: 50 });

/** Random histories in which users make groups and look after them. */
export const historiesOfGroups: fc.Arbitrary<Act[]> = fc
  .tuple(
    fc.constantFrom(...madeNames),
    access,
    fc.array(fc.oneof({ weight: 5, arbitrary: groupAct }, { weight: 1, arbitrary: act }), {
      minLength: 20,
      maxLength: 70,
    }),
  )
  .map(([name, access, then]) => [
    { do: 'create', seat: bobsSeat, name, access },
    ...userNames
      .filter((user) => user !== 'bob')
      .map((user): Act => ({ do: 'invite', seat: bobsSeat, group: name, user })),
    { do: 'join', seat: 0, group: name },
    { do: 'join', seat: davesSeat, group: name },
    { do: 'post', seat: bobsSeat, place: name, posts: 2, mentioned: undefined },
    { do: 'setRole', seat: bobsSeat, group: name, user: 'alice', role: 'moderator' },
    { do: 'join', seat: 4, group: name },
    ...then,
  ]);

const acts = (minLength: number, maxLength: number) => fc.array(act, { minLength, maxLength });

/**
 * Random histories in which Bob has posted many messages before others join, and these are edited, deleted and looked for
 * then. What an answer or a notice tells of invisible messages is found in fewer of them.
 */
export const historiesOfLateMembers: fc.Arbitrary<Act[]> = ownGroup.chain((group) => {
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
