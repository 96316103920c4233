import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatResult } from '../../src/protocol/jsonrpc/messages.ts';
import { PostReplies } from '../../src/protocol/jsonrpc/post-replies.ts';
import { formatTime } from '../../src/protocol/time.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '\u2028', '🙂'));
const id = fc.oneof(text, fc.integer());
const user = fc.record({ senderId: fc.nat(), sender: text });
const shared = fc.record({ group: text, groupId: fc.nat() });
const post = fc.record({ id, subject: text, number: fc.nat(), postedAt: fc.nat(2 ** 51) });

test('the replies to posts that were posted together are what each would be by itself', () => {
  fc.assert(
    fc.property(shared, user, fc.array(post), ({ group, groupId }, sender, posts) => {
      const replies = new PostReplies({ group, groupId, ...sender });
      for (const { id: request, subject, number, postedAt } of posts) {
        const header = { ...sender, postedAt: formatTime(postedAt), subject, thread: number };
        const result = { group, groupId, number, ...header };
        const line = replies.reply(request, number, postedAt, subject);
        expect(line).toBe(formatResult(request, result));
      }
    }),
  );
});
