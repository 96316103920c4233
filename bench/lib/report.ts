import { cpus, release, totalmem } from 'node:os';
import type { Bar, Context, Row } from './benchmark.ts';

/** The middle one of an odd number of values; of an even number, the upper of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Functions that take a sample, by name. */
type Sources<N extends string, T> = Record<N, () => T | Promise<T>>;

/** As `sampleOf`, with samples that are numbers. */
export function sample<N extends string>(
  context: Pick<Context, 'runs' | 'note'>,
  sources: Sources<N, number>,
): Promise<Record<N, number[]>> {
  return sampleOf(context, sources, (value) => value);
}

/**
 * Takes one sample of each source per run, in turn, so that a disturbance of the machine affects all of them.
 * @param show the number of a sample to show as progress
 */
export async function sampleOf<N extends string, T>(
  { runs, note }: Pick<Context, 'runs' | 'note'>,
  sources: Sources<N, T>,
  show: (value: T) => number,
): Promise<Record<N, T[]>> {
  const names = Object.keys(sources) as N[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<N, T[]>;
  for (let run = 0; run < runs; run++) {
    for (const name of names) {
      const value = await sources[name]();
      samples[name].push(value);
      note(`run ${run + 1}: ${name} ${figure(show(value))}`);
    }
  }
  return samples;
}

/** The bar: in the median run, `board` is at least `factor` times `than`. */
export function atLeast(factor: number, board: number[], than: number[], name: string): Bar {
  const ratios = board.map((value, run) => value / than[run]);
  return { says: `≥ ${factor} × ${name}`, ratios, met: median(ratios) >= factor };
}

/** The bar: in the median run, `board` is at most `factor` times `than`. */
export function atMost(factor: number, board: number[], than: number[], name: string): Bar {
  const ratios = board.map((value, run) => value / than[run]);
  return { says: `≤ ${factor} × ${name}`, ratios, met: median(ratios) <= factor };
}

function figure(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return Number(value.toPrecision(3)).toString();
}

/** `median (lowest–highest)`. */
function spread(values: readonly number[]): string {
  if (values.length === 1) return figure(values[0]);
  const sorted = [...values].sort((a, b) => a - b);
  return `${figure(median(values))} (${figure(sorted[0])}–${figure(sorted[sorted.length - 1])})`;
}

/** Rows of one benchmark as a Markdown table, which a terminal can read too. */
export function table(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap(({ samples }) => Object.keys(samples)))];
  const barred = rows.some(({ bar }) => bar);
  const head = ['what', ...names, ...(barred ? ['ratio', 'bar', 'met'] : [])];
  const lines = rows.map(({ what, unit, samples, bar }) => [
    `${what}, ${unit}`,
    ...names.map((name) => (samples[name] ? spread(samples[name]) : '')),
    ...(barred ? barCells(bar) : []),
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at].length)));
  const format = (cells: string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  return [head, widths.map((width) => '-'.repeat(width)), ...lines].map(format).join('\n');
}

function barCells(bar: Bar | undefined): string[] {
  if (!bar) return ['', '', ''];
  return [bar.ratios ? spread(bar.ratios) : '', bar.says, bar.met ? 'yes' : '**no**'];
}

/** The machine and the versions that a benchmark ran on. */
export function machine() {
  return {
    date: new Date().toISOString(),
    processor: `${cpus().length} × ${cpus()[0].model.trim()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `Linux ${release()}`,
    node: process.version,
  };
}
