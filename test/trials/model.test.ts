import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Act, histories, historiesOfGroups, historiesOfLateMembers } from './model/acts.ts';
import { everyAct, play } from './model/life.ts';
import { writtenMessages } from './model/written.ts';
import { writtenGroups } from './model/written-groups.ts';
import { report, setting } from './settings.ts';

const runs = setting('runs', 9);
const seed = setting('seed', 6);

const written = { ...writtenMessages, ...writtenGroups };

test.each(Object.entries(written))(
  'each client gets what the model says when %s',
  async (_, acts) => {
    await play(acts);
  },
);

test.each([
  ['ordinary histories', histories],
  ['histories of members who joined late', historiesOfLateMembers],
  ['histories of groups that users make', historiesOfGroups],
])(
  'each client gets exactly the replies and notices of the model, in order and once, in %s',
  async (_, some) => {
    let played = 0;
    await fc.assert(
      fc.asyncProperty(some as fc.Arbitrary<Act[]>, async (history) => {
        await play(history);
        if (++played % 100 === 0) report(`${played} runs`);
      }),
      { numRuns: Math.ceil(runs / 3), seed },
    );
  },
  60_000 + runs * 5000,
);

test('written and random histories together play every act', () => {
  const random = [histories, historiesOfGroups].map((some) =>
    fc.sample(some, { numRuns: 200, seed }),
  );
  const played = new Set([...random.flat(), ...Object.values(written)].flat().map((act) => act.do));
  expect([...played].sort()).toEqual([...everyAct].sort());
});
