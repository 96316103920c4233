import fc from 'fast-check';

export const groupNames = ['main', 'general'] as const;
/** Carol is a person with a terminal, the others are programs. */
export const userNames = ['alice', 'bob', 'carol'] as const;

export type UserName = (typeof userNames)[number];
type GroupName = (typeof groupNames)[number];

/**
 * What a user does; `posts` go out in one packet. A user who is away comes back first. The operator deletes
 * messages among the newest two that the group has left: 1 is the newest.
 */
export type Deed =
  | { do: 'join' | 'leave' | 'list'; user: UserName; group: GroupName }
  | { do: 'post'; user: UserName; group: GroupName; posts: number }
  | { do: 'get'; user: UserName; group: GroupName; number: number }
  /** Searches for the word of a content, or the subject of one post. */
  | { do: 'search'; user: UserName; word: string }
  | { do: 'vanish' | 'exit'; user: UserName }
  | { do: 'delete'; group: GroupName; newest: number[] }
  | { do: 'restart' };

const user = fc.constantFrom(...userNames);
const group = fc.constantFrom(...groupNames);
const posts = fc.integer({ min: 1, max: 3 });
const number = fc.integer({ min: 1, max: 9 });
const newest = fc.uniqueArray(fc.integer({ min: 1, max: 2 }), { minLength: 1 });
const doing = <T extends Deed['do']>(...words: T[]) => fc.constantFrom(...words);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: doing('post'), user, group, posts }) },
  { weight: 6, arbitrary: fc.record({ do: doing('join'), user, group }) },
  { weight: 3, arbitrary: fc.record({ do: doing('leave', 'list'), user, group }) },
  { weight: 2, arbitrary: fc.record({ do: doing('get'), user, group, number }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: doing('search'),
      user,
      word: fc.constantFrom('c', 's1', 's2', 's5'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: doing('vanish', 'exit'), user }) },
  { weight: 4, arbitrary: fc.record({ do: doing('delete'), group, newest }) },
  { weight: 1, arbitrary: fc.record({ do: doing('restart') }) },
);

export const lives = fc.array(deed, { minLength: 10, maxLength: 40 });
