import { cpus, release, totalmem } from 'node:os';

/** The middle one of an odd number of values; of an even number, the upper of the two. */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/**
 * Takes one sample of each source per run, in turn, so that what disturbs the machine disturbs
 * them alike.
 * @param sources functions by name
 * @param show the number to show of one
 * @returns arrays of samples by name
 */
export async function sample({ runs, note }, sources, show = (value) => value) {
  const samples = Object.fromEntries(Object.keys(sources).map((name) => [name, []]));
  for (let run = 0; run < runs; run++) {
    for (const [name, take] of Object.entries(sources)) {
      const value = await take();
      samples[name].push(value);
      note(`run ${run + 1}: ${name} ${figure(show(value))}`);
    }
  }
  return samples;
}

/** The bar: in the median run, `board` is at least `factor` of `than`. */
export function atLeast(factor, board, than, name) {
  const ratios = board.map((value, run) => value / than[run]);
  return { says: `≥ ${factor} × ${name}`, ratios, met: median(ratios) >= factor };
}

/** The bar: in the median run, `board` is at most `factor` of `than`, and `more`. */
export function atMost(factor, board, than, name) {
  const ratios = board.map((value, run) => value / than[run]);
  return { says: `≤ ${factor} × ${name}`, ratios, met: median(ratios) <= factor };
}

function figure(value) {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return Number(value.toPrecision(3)).toString();
}

/** `median (lowest–highest)`. */
function spread(values) {
  if (values.length === 1) return figure(values[0]);
  const sorted = [...values].sort((a, b) => a - b);
  return `${figure(median(values))} (${figure(sorted[0])}–${figure(sorted.at(-1))})`;
}

/** Rows of one benchmark as a Markdown table, which a terminal can read too. */
export function table(rows) {
  const names = [...new Set(rows.flatMap(({ samples }) => Object.keys(samples)))];
  const barred = rows.some(({ bar }) => bar);
  const head = ['what', ...names, ...(barred ? ['ratio', 'bar', 'met'] : [])];
  const lines = rows.map(({ what, unit, samples, bar }) => [
    `${what}, ${unit}`,
    ...names.map((name) => (samples[name] ? spread(samples[name]) : '')),
    ...(barred ? barCells(bar) : []),
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at].length)));
  const format = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  return [head, widths.map((width) => '-'.repeat(width)), ...lines].map(format).join('\n');
}

function barCells(bar) {
  if (!bar) return ['', '', ''];
  return [bar.ratios ? spread(bar.ratios) : '', bar.says, bar.met ? 'yes' : '**no**'];
}

export function machine() {
  return {
    date: new Date().toISOString(),
    processor: `${cpus().length} × ${cpus()[0].model.trim()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `Linux ${release()}`,
    node: process.version,
  };
}
