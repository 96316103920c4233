import fc from 'fast-check';
import type { Page } from '../../src/board/ports/reading.ts';

export const groupNames = ['main', 'general'] as const;
export const userNames = ['alice', 'bob', 'carol'] as const;

type GroupName = (typeof groupNames)[number];
type UserName = (typeof userNames)[number];

/** What a user does. Those of one turn share a commit, and most of them a millisecond. */
export type Deed = { user: UserName } & (
  | { do: 'join' | 'leave' | 'post'; group: GroupName }
  | { do: 'markRead'; group: GroupName; number: number; upTo: boolean; count: number }
  | { do: 'catchUp'; group: GroupName }
  | { do: 'reply'; group: GroupName; number: number }
  | { do: 'edit' | 'deleteOwn'; group: GroupName; nth: number }
  | { do: 'login' | 'return' }
);

/** What happens next. `nth` counts from the newest message. */
export type Step =
  | { do: 'turn'; deeds: Deed[] }
  | { do: 'look'; user: UserName; group: GroupName; page: Page }
  | { do: 'undo' | 'next'; user: UserName; group: GroupName }
  | { do: 'delete'; group: GroupName; nth: number }
  /** What lets older messages slide into view where rows are removed. */
  | { do: 'deleteNewestAndJoin'; group: GroupName; user: UserName; deleted: number; after: boolean }
  | { do: 'purgeUser'; user: UserName }
  | { do: 'purge'; group: GroupName; keep: number }
  | { do: 'wallClock'; by: number }
  | { do: 'search'; user: UserName; wanted: Wanted; limit: number }
  /** The server indexes some messages. */
  | { do: 'index' }
  | { do: 'restart' };

/** What is searched for: a word of the text, and conditions. */
export interface Wanted {
  word?: string | undefined;
  without?: string | undefined;
  from?: UserName | undefined;
  in?: GroupName | undefined;
}

const user = fc.constantFrom(...userNames);
const group = fc.constantFrom(...groupNames);
const number = fc.nat({ max: 14 });
const optional = (arbitrary: fc.Arbitrary<number>) => fc.option(arbitrary, { nil: undefined });

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('post' as const), user, group }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('join' as const), user, group }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), user, group }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('markRead' as const),
      ...{ user, group, number },
      upTo: fc.boolean(),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('reply' as const), user, group, number }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('catchUp' as const), user, group }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      user,
      group,
      nth: fc.nat({ max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('deleteOwn' as const), user, group },
      nth: fc.nat({ max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('login' as const, 'return'), user }) },
);

const page = fc.record({
  before: optional(fc.integer({ min: 1, max: 15 })),
  after: optional(number),
  limit: fc.integer({ min: 1, max: 6 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('turn' as const),
      deeds: fc.array(deed, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('look' as const), user, group, page }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('undo' as const, 'next' as const), user, group }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('delete' as const), group, nth: fc.nat({ max: 5 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('deleteNewestAndJoin' as const),
      group,
      user,
      deleted: fc.integer({ min: 1, max: 3 }),
      after: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('purgeUser' as const), user }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('purge' as const), group, keep: fc.nat({ max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wallClock' as const),
      by: fc.integer({ min: -5000, max: 5000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('search' as const),
      user,
      wanted: fc.record({
        word: fc.constantFrom(
          'full',
          'by',
          ...userNames,
          'al*',
          '"by bob"',
          '"in full"',
          '"bob by"',
        ),
        without: fc.option(fc.constantFrom<string>(...userNames), { nil: undefined }),
        from: fc.option(user, { nil: undefined }),
        in: fc.option(group, { nil: undefined }),
      }),
      limit: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('index' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

/** Random histories of a board with two groups and three users. */
export const histories = fc.array(step, { minLength: 5, maxLength: 25 });
