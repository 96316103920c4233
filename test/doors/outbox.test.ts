import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Outbox } from '../../src/doors/stream/outbox.ts';

const owner = { overflowed() {}, drained() {}, heldChanged() {} };

test('notices that wait for the reply to a login come after all of its pieces', async () => {
  const stream = new PassThrough();
  const outbox = new Outbox(stream, 1000, 1000, owner);
  outbox.enter(1000);
  outbox.push('notice 1\n');
  outbox.reply('the beginning of a reply, ', Buffer.from('its middle, '), 'and its end\n');
  outbox.push('notice 2\n');
  await nextTurn();
  expect(String(stream.read())).toBe(
    'the beginning of a reply, its middle, and its end\nnotice 1\nnotice 2\n',
  );
});
