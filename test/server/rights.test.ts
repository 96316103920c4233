import { expect, test } from 'vitest';
import { catalogue } from '../../src/protocol/errors.ts';
import { accesses } from '../../src/protocol/rights.ts';
import { type Method, schemas } from '../../src/protocol/schemas.ts';
import { textCommands } from '../../src/protocol/text/shell.ts';
import { encodings } from './rights-actor.ts';
import { errors, words } from './rights-cells.ts';
import { paramsOf } from './rights-params.ts';
import { Round, type Sentences } from './rights-round.ts';
import { acts, withoutGroup } from './rights-table.ts';
import { argumentsOf, linesOf } from './rights-ways.ts';
import { Cast } from './rights-world.ts';

test.each(accesses)(
  'the table of rights: who can do what in a group with the access %s',
  async (access) => {
    const sentences: Sentences = new Map();
    for (const encoding of encodings) {
      const cast = await Cast.assemble(encoding);
      const round = await Round.begin(cast, access, encoding, sentences);
      await round.run();
      if (encoding === 'JSON-RPC') await round.runOperator();
      expect({ encoding, wrong: round.wrong }).toEqual({ encoding, wrong: [] });
    }
  },
  120_000,
);

test('every method is in the table of rights, or concerns no group', () => {
  const listed = new Set<Method>(acts.map(({ method }) => method));
  const free = new Set<Method>(withoutGroup);
  const missing = (Object.keys(schemas) as Method[]).filter(
    (method) => !listed.has(method) && !free.has(method),
  );
  expect(missing).toEqual([]);
  const both = [...free].filter((method) => {
    const { params } = schemas[method];
    return listed.has(method) || 'group' in params.shape;
  });
  expect(both).toEqual([]);
  const cells = acts.flatMap((act) => Object.values(act.cells));
  expect(cells.filter((cell) => !words.includes(cell) && !(cell in errors))).toEqual([]);
  expect(Object.values(errors).filter((code) => !(code in catalogue))).toEqual([]);
});

const about = { group: 'g1', access: 'open', code: 'c', self: '', own: 1, fresh: 'x1' } as const;

test('every act in the table of rights has a text command and one of the operator, or it is stated why not', () => {
  const without = acts.filter((act) => {
    const ways = [linesOf(act, paramsOf(act, about)), argumentsOf(act, paramsOf(act, about))];
    return ways.some((way) => !way || ('none' in way ? way.none === '' : way.length === 0));
  });
  expect(without.map(({ name }) => name)).toEqual([]);
  const operated = acts.filter((act) => {
    const ways = argumentsOf(act, paramsOf(act, about));
    return (ways !== undefined && 'none' in ways) !== (act.cells.operator === '-');
  });
  expect(operated.map(({ name }) => name)).toEqual([]);
});

// Commands on a group of which the table has no act.
const unlisted = [
  // A reply that is written line by line, below the text of another message.
  '%groupquote',
];

test('every text command on a group is in the table of rights', () => {
  const lines = acts.flatMap((act) => {
    const ways = linesOf(act, paramsOf(act, about)) ?? [];
    return 'none' in ways ? [] : ways;
  });
  const used = new Set([...lines.map((line) => line.split(' ')[0] ?? ''), ...unlisted]);
  const missing = textCommands.filter(({ takes, words: [word], twin, topic }) => {
    const isOnGroup = topic === 'moderation' || takes?.[0] === 'joined' || takes?.[0] === 'group';
    return isOnGroup && !used.has(word) && !used.has(twin ?? '');
  });
  expect(missing.map(({ words: [word] }) => word)).toEqual([]);
});
