import { EventEmitter, once } from 'node:events';
import { onTestFinished, test } from 'vitest';
import { Indexer } from '../../src/board/indexer.ts';

/** An indexer whose pauses do not end by themselves. `steps` emits `step` for each. */
function newIndexer() {
  const steps = new EventEmitter();
  const index = async () => {
    steps.emit('step');
    return true;
  };
  const failed = (error: unknown) => {
    throw error;
  };
  const indexer = new Indexer({ index, failed, interval: 2 ** 30 });
  onTestFinished(() => indexer.close());
  return { indexer, steps };
}

test('a hundred posts are indexed at once, and the next hundred too', async () => {
  const { indexer, steps } = newIndexer();
  for (let round = 0; round < 3; round++) {
    // More posts than it waits for, as a busy board has.
    const next = once(steps, 'step');
    for (let post = 0; post < 250; post++) indexer.posted(1);
    await next;
    await new Promise(setImmediate);
  }
});
