import { expect, test } from 'vitest';
import type { Method } from '../../src/protocol/schemas.ts';
import { schemas } from '../../src/protocol/schemas.ts';
import { textCommands } from '../../src/protocol/text/shell.ts';
import { TestBoard } from '../helpers/board.ts';
import { paramShape, type Shape } from '../helpers/param-shapes.ts';

// Whatever a peer sends, an answer repeats little of it: otherwise each answer would cost as much as the request.

const mostRepeated = 2000;

// They end the session, or what they take is stored.
const ending = ['%exit', '%quit', '%connect'];
const commands = textCommands
  .flatMap(({ words }) => words)
  .filter((word) => !ending.includes(word));

test('no answer to a text command repeats an argument that is very long', async () => {
  const board = await TestBoard.start({ durability: 'relaxed' });
  const alice = await board.member('alice');
  // What a post, an edit or a search says is a text of its own, and may be long.
  const long = `${'x'.repeat(40_000)}`;
  for (const command of commands) {
    for (const before of ['', 'main ', '1 ', 'main 1 ', 'bob --until ', 'thread ', '"']) {
      // The command may have begun a text of several lines, or have asked for a password.
      alice.send(`${command} ${before}${long}`, '%cancel', '%ping');
      const text = await alice.expect('[INFO] pong\n');
      expect(text.length, `${command} ${before}`).toBeLessThan(mostRepeated);
    }
  }
});

const leftOut = /^(session\.log.*|session\.resume|door\..*)$/;
const plain: Record<string, unknown> = { number: 1, thread: 1, after: 0, lastRead: 0, ranges: [] };

function isText({ type, anyOf = [] }: Shape): boolean {
  return type === 'string' || anyOf.some(isText);
}

test('no answer to a program repeats a param that is very long', async () => {
  const board = await TestBoard.start({ durability: 'relaxed' });
  const alice = await board.memberProgram('alice');
  await alice.call('message.post', { group: 'main', subject: 's', content: 'c' });
  const long = 'x'.repeat(200_000);
  const methods = (Object.keys(schemas) as Method[]).filter((method) => !leftOut.test(method));
  for (const method of methods) {
    const { properties = {}, required = [] } = paramShape(method);
    const others = Object.fromEntries(required.map((name) => [name, plain[name] ?? 'main']));
    const texts = Object.keys(properties).filter((name) => isText(properties[name] ?? {}));
    for (const name of texts) {
      const reply = await alice.request(method, { ...others, [name]: long });
      const where = `${method} ${name}`;
      expect(reply.error?.data.code, where).toBeDefined();
      expect(JSON.stringify(reply).length, where).toBeLessThan(mostRepeated);
    }
  }
});
