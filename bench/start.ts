// The time from the start of the program to the line with its address, and its memory then: on an empty board,
// and on a board with ten million messages, 10,000 groups and a million memberships.
import { join } from 'node:path';
import type { Benchmark, Context, Results } from './lib/benchmark.ts';
import { largeBoard } from './lib/boards.ts';
import { atMost, sample } from './lib/report.ts';
import { makeDatabase, startBoard } from './lib/servers.ts';

export default { name: 'start', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const { data } = largeBoard(context);
  const empty = join(context.folder, 'empty');
  makeDatabase(empty);
  const memory: Record<'empty' | 'large', number[]> = { empty: [], large: [] };
  const measure = (name: 'empty' | 'large', folder: string) => async () => {
    const start = performance.now();
    const board = await startBoard(context, folder);
    const time = performance.now() - start;
    memory[name].push(board.memory / 2 ** 20);
    await board.stop();
    return time;
  };
  const samples = await sample(context, {
    empty: measure('empty', empty),
    large: measure('large', data),
  });
  return {
    rows: [
      {
        what: 'start',
        unit: 'ms',
        samples,
        bar: atMost(1.5, samples.large, samples.empty, 'empty'),
      },
      { what: 'memory', unit: 'MiB', samples: memory },
    ],
  };
}
