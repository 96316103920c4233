// Runs the benchmarks: see README.md in this folder.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark, Context, Results } from './lib/benchmark.ts';
import { drawCharts } from './lib/charts.ts';
import { machine, table } from './lib/report.ts';
import { pinLoad } from './lib/servers.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    plot: { type: 'boolean', default: false },
    boards: { type: 'string', default: join(tmpdir(), 'corkboard-bench-boards') },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const folder = new URL('.', import.meta.url).pathname;
const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'run.ts');
const modules: { default: Benchmark }[] = await Promise.all(
  files.map((file) => import(join(folder, file))),
);
const benchmarks = modules.map((module) => module.default);
const wanted = options.only?.split(',') ?? benchmarks.map(({ name }) => name);
const unknown = wanted.filter((name) => !benchmarks.some((each) => each.name === name));

if (options.help || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no benchmark ${name}.`);
  console.error('npm run bench -- [--only a,b] [--runs 5] [--quick] [--json FILE] [--plot]');
  console.error('                 [--boards DIR] [--profile DIR]');
  console.error(`Benchmarks: ${benchmarks.map(({ name }) => name).join(', ')}`);
  process.exit(options.help ? 0 : 2);
}

const pinned = pinLoad();
const about = {
  ...machine(),
  pinned,
  command: `npm run bench -- ${process.argv.slice(2).join(' ')}`,
};
console.log(`${Object.values(about).join(' · ')}\n`);
const results: ({ name: string } & Results)[] = [];
for (const { name, run } of benchmarks.filter((each) => wanted.includes(each.name))) {
  results.push({ name, ...(await inFolder(name, run)) });
}
if (options.json) writeFileSync(options.json, `${JSON.stringify({ about, results }, null, 1)}\n`);
if (options.plot) drawCharts(join(folder, '../docs/performance'), results);
process.exit(0);

/** Runs one benchmark in a temporary folder, and prints its table. */
async function inFolder(name: string, run: Benchmark['run']): Promise<Results> {
  const temporary = mkdtempSync(join(tmpdir(), 'corkboard-bench-'));
  mkdirSync(options.boards, { recursive: true });
  const note = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${name}: ${text}`);
  };
  const context: Context = {
    runs: Number(options.runs),
    quick: options.quick,
    profile: options.profile,
    boards: options.boards,
    folder: temporary,
    note,
  };
  try {
    const result = await run(context);
    note('');
    console.log(`\n## ${name}\n\n${table(result.rows)}\n`);
    return result;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
