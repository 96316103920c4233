import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageList } from '../../src/board/message-list.ts';
import type { Call } from '../../src/storage/sqlite/acts/acts.ts';
import { decodeBatch, encodeBatch } from '../../src/storage/sqlite/serving/batch-codec.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', 'ß', '🙂'));
const word = fc.constantFrom('main', 'Main', 'cats', 'hash of a password');
const message = fc.record({
  subject: text,
  content: text,
  key: fc.oneof(fc.constant(undefined), text),
  mentions: fc.oneof(fc.constant(undefined), fc.array(fc.array(word))),
  replyTo: fc.constant(undefined),
});
const posts = fc.record({
  act: fc.constant('post' as const),
  args: fc.record({
    actor: fc.record({
      user: fc.record({ id: fc.integer({ min: 1, max: 5 }), name: word }),
      origin: fc.oneof(fc.constant(null), fc.integer({ min: 1 })),
      proof: fc.record({
        passwordHash: fc.oneof(fc.constant(null), word),
        key: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 5 })),
        isProtected: fc.boolean(),
      }),
    }),
    group: fc.oneof(
      fc.record({ id: fc.integer({ min: 1, max: 5 }) }),
      word.map((name) => ({ key: name.toLowerCase(), name })),
    ),
    messages: fc.tuple(message, fc.array(message)).map(([first, others]) => {
      const list = new MessageList(first);
      for (const each of others) list.add(each);
      const { subjects, contents, extras } = list;
      return { subjects, contents, extras };
    }),
  }),
});
const others = fc.constant({ act: 'touch' as const, args: {} });
const batches = fc.array(fc.oneof(posts, others)) as fc.Arbitrary<Call[]>;

test('a batch arrives in the other thread as it was sent', () => {
  fc.assert(
    fc.property(batches, (calls) => {
      const batch = { calls, first: 7, now: 5, time: 16, lockTimeout: 5000 };
      expect(decodeBatch(structuredClone(encodeBatch(batch)))).toEqual(batch);
    }),
  );
});
