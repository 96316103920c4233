import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../../helpers/temp.ts';

/** What `/metrics` says: values under names with labels. Undefined if nobody answers. */
export type Metrics = Record<string, number> | undefined;

export interface Change {
  readonly before: Metrics;
  readonly after: Metrics;
  /** The fault happened once, and nothing further happens; else it goes on at the same pace. */
  readonly once: boolean;
}

const rules = join(import.meta.dirname, '../../../contrib/prometheus-rules.yml');
// Minutes: the metrics are those before the fault, and then those after it, up to the look at the alerts.
const minutesBefore = 6;
const minutesAfter = 45;
const minutesAfterOnce = 3;

/**
 * Finds out with promtool whether exactly these alerts of `contrib/prometheus-rules.yml` fire, for a board
 * whose metrics were `before` and have been `after` since, for 45 minutes.
 * @returns what promtool says if others fire; '' if these do
 */
export function misfiring(expected: readonly string[], change: Change): string {
  const file = join(tempFolder(), 'drill.yml');
  const group = {
    interval: '1m',
    input_series: series(change),
    promql_expr_test: [
      {
        // How fast the disk of this machine is, is no matter of the drill.
        expr: 'group by (alertname) (ALERTS{alertstate="firing",alertname!="CorkboardSlow"})',
        eval_time: `${minutesBefore + (change.once ? minutesAfterOnce : minutesAfter)}m`,
        exp_samples: expected.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
      },
    ],
  };
  // JSON is YAML.
  const text = { rule_files: [rules], evaluation_interval: '1m', tests: [group] };
  writeFileSync(file, JSON.stringify(text));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
    encoding: 'utf8',
  });
  return status === 0 ? '' : stdout + stderr || 'promtool could not be run';
}

function series({ before, after, once }: Change) {
  const used = new Set(readFileSync(rules, 'utf8').match(/corkboard_\w+/g));
  const names = Object.keys({ ...before, ...after }).filter((name) => used.has(baseName(name)));
  const up = {
    series: 'up{job="corkboard",instance="board"}',
    values: samples(1, after ? 1 : 0, 0),
  };
  return [
    up,
    ...names.map((name) => {
      const [from, to] = [valueAt(name, before), valueAt(name, after)];
      // A histogram's buckets are counters, too.
      const isCounter = /_(total|bucket)$/.test(baseName(name));
      const pace = isCounter && !once && to !== undefined ? to - (from ?? 0) : 0;
      return { series: ofBoard(name), values: samples(from, to, pace) };
    }),
  ];
}

function baseName(name: string): string {
  return name.split('{')[0] ?? '';
}

/** With the labels that Prometheus adds to what it scrapes. */
function ofBoard(name: string): string {
  const [, base, labels] = /^(\w+)(?:\{(.*)\})?$/.exec(name) ?? [];
  return `${base}{job="corkboard",instance="board"${labels ? `,${labels}` : ''}}`;
}

/** Times since the epoch become times of promtool, whose clock begins at 0. */
function valueAt(name: string, metrics: Metrics): number | undefined {
  const value = metrics?.[name];
  if (value === undefined || !baseName(name).endsWith('_timestamp_seconds')) return value;
  return value - Date.now() / 1000 + minutesBefore * 60;
}

function samples(before: number | undefined, after: number | undefined, pace: number): string {
  const first = new Array<string>(minutesBefore).fill(String(before ?? '_'));
  const then = Array.from({ length: minutesAfter + 1 }, (_, minute) =>
    after === undefined ? '_' : String(after + pace * minute),
  );
  return [...first, ...then].join(' ');
}
