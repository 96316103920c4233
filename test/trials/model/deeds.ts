import fc from 'fast-check';

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
 * What is done at a seat; `posts` go out in one packet. One who is away comes back first. The operator deletes
 * messages among the newest that the group has left: 1 is the newest.
 */
export type Deed =
  | { do: 'join' | 'leave' | 'users'; seat: number; group: GroupName }
  | { do: 'threads' | 'changes' | 'catchUp' | 'next'; seat: number; place: Place }
  | { do: 'post'; seat: number; place: Place; posts: number; mentioned: UserName | undefined }
  | { do: Numbered; seat: number; place: Place; number: number }
  | { do: Worded; seat: number; place: Place; number: number; mentioned: UserName | undefined }
  | { do: 'list'; seat: number; place: Place; before: number | undefined; limit: number }
  | { do: 'markRead'; seat: number; place: Place; number: number; count: number; upTo: boolean }
  /** Searches for a word of a content, or of the subject of one thread. */
  | { do: 'search'; seat: number; word: string }
  | { do: 'block' | 'unblock' | 'open'; seat: number; other: 0 | 1 }
  | { do: 'blocked' | 'groups' | 'directs' | 'unread' | 'undo' | 'mentions'; seat: number }
  | { do: 'vanish' | 'exit'; seat: number }
  | { do: 'delete'; group: GroupName; newest: number[] }
  | { do: 'purge'; group: GroupName; keep: number }
  | { do: 'deleteAndJoin'; group: GroupName; seat: number; after: boolean }
  | { do: 'renameUser'; user: UserName }
  | { do: 'renameGroup' | 'restart' };

type Numbered = 'get' | 'deleteOwn' | 'history' | 'thread';
type Worded = 'reply' | 'edit';

const seat = fc.nat({ max: seats.length - 1 });
const group = fc.constantFrom(...groupNames);
const other = fc.constantFrom(0 as const, 1 as const);
const place: fc.Arbitrary<Place> = fc.oneof(
  { weight: 3, arbitrary: group },
  { weight: 1, arbitrary: fc.record({ other }) },
);
const mentioned = fc.option(fc.constantFrom(...userNames), { nil: undefined });
const number = fc.integer({ min: 1, max: 12 });
const one = <T extends Deed['do']>(...words: T[]) => fc.constantFrom(...words);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: one('post'),
      seat,
      place,
      posts: fc.integer({ min: 1, max: 3 }),
      mentioned,
    }),
  },
  { weight: 10, arbitrary: fc.record({ do: one('reply'), seat, place, number, mentioned }) },
  { weight: 8, arbitrary: fc.record({ do: one('join'), seat, group }) },
  { weight: 3, arbitrary: fc.record({ do: one('leave', 'users'), seat, group }) },
  { weight: 4, arbitrary: fc.record({ do: one('edit'), seat, place, number, mentioned }) },
  { weight: 2, arbitrary: fc.record({ do: one('deleteOwn'), seat, place, number }) },
  { weight: 6, arbitrary: fc.record({ do: one('get', 'history', 'thread'), seat, place, number }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: one('threads', 'changes', 'catchUp'), seat, place }),
  },
  { weight: 8, arbitrary: fc.record({ do: one('next'), seat, place }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: one('list'), seat, place, before: fc.option(number, { nil: undefined }) },
      limit: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ do: one('markRead'), seat, place, number },
      count: fc.nat({ max: 3 }),
      upTo: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ do: one('search'), seat },
      word: fc.constantFrom('full', 's1', 's2', 's5', 'e1', 'e2'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: one('open', 'block', 'unblock'), seat, other }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: one('blocked', 'groups', 'directs', 'unread', 'undo', 'mentions'),
      seat,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: one('vanish', 'exit'), seat }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: one('delete'), group },
      newest: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { minLength: 1 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: one('deleteAndJoin'), group, seat, after: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: one('purge'), group, keep: fc.nat({ max: 4 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: one('renameUser'), user: fc.constantFrom(...userNames) }),
  },
  { weight: 2, arbitrary: fc.record({ do: one('renameGroup', 'restart') }) },
);

export const lives = fc.array(deed, { minLength: 15, maxLength: 50 });
