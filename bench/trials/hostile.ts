// How hostile connections affect members, and how much memory they take. After npm run build:
//   node bench/trials/hostile.ts [--only PATTERN] [--seconds 5] [--repeat 1]
// BENCH_PROGRAM names the dist/cli/main.js of another build, BENCH_NODE the Node that runs it.
// Each attack has a server of its own with the default limits. 20 members ping and post, first undisturbed,
// then during the attack, which is another process at nice 19. With --repeat, each figure is the median of
// that many trials. It asserts nothing. For the bars of the attacks, and a verdict, see bars.ts.
import { parseArgs } from 'node:util';
import { attacks } from '../lib/hostile/attacks.ts';
import { type TrialResult, Trials } from '../lib/hostile/trial.ts';
import type { Stop } from '../lib/hostile/watched.ts';
import { quantile } from '../lib/peers.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '5' },
    repeat: { type: 'string', default: '1' },
  },
});

type Figure = number | 'died';

function stops(stop: Stop | 'died'): Figure[] {
  return stop === 'died' ? [stop, stop, stop] : [stop.longest, stop.worked, stop.p99];
}

function figures({ quiet, loud, times, memory }: TrialResult): Figure[] {
  return [
    quiet.ping,
    loud.ping,
    times,
    quiet.post,
    loud.post,
    ...stops(quiet.stop),
    ...stops(loud.stop),
    loud.processor,
    memory,
  ];
}

/** The median, or `died` if the server died in a trial. */
function median(values: Figure[]): string {
  const known = values.filter((value) => value !== 'died');
  if (known.length < values.length) return 'died';
  return quantile(
    known.sort((a, b) => a - b),
    0.5,
  ).toFixed(1);
}

const columns = [
  'attack',
  'connections',
  'ping p99 undisturbed, ms',
  'attacked, ms',
  'times',
  'post p99 undisturbed, ms',
  'attacked, ms',
  'longest stop undisturbed, ms',
  'most processor time of a turn, ms',
  'its p99, ms',
  'attacked, ms',
  'most processor time of a turn, ms',
  'its p99, ms',
  'server, % of a core',
  'memory, MiB more',
];
const row = (cells: (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);
row(columns);
row(columns.map(() => '---'));
const trials = new Trials();
const wanted = new RegExp(options.only, 'i');
for (const name of Object.keys(attacks).filter((each) => wanted.test(each))) {
  for (const connections of attacks[name].connections) {
    const runs: Figure[][] = [];
    for (let n = 0; n < Number(options.repeat); n++) {
      runs.push(figures(await trials.run(name, connections, { seconds: Number(options.seconds) })));
    }
    row([name, connections, ...runs[0].map((_, at) => median(runs.map((each) => each[at])))]);
  }
}
trials.close();
process.exit(0);
