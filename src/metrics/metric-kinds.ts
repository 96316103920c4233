import { Counter, Gauge, type MetricType, Registry } from 'prom-client';
import type { Distribution } from './counts.ts';

type Labels = Record<string, string>;

export type Value = readonly [labels: Labels, value: number];

/** Forgets what a metric had before. @returns `values` */
function fresh(metric: Counter | Gauge, labelNames: string[], values: Value[]): Value[] {
  metric.reset();
  // After a reset, a metric without labels is 0, and alerts would count that as a measurement.
  if (values.length === 0 && labelNames.length === 0) metric.remove();
  return values;
}

export class Exporter {
  readonly registry = new Registry();

  counter(name: string, help: string, labelNames: string[], read: () => Value[]): void {
    new Counter({
      ...this.common(name, help),
      labelNames,
      collect() {
        for (const [labels, value] of fresh(this, labelNames, read())) this.inc(labels, value);
      },
    });
  }

  gauge(name: string, help: string, labelNames: string[], read: () => Value[]): void {
    new Gauge({
      ...this.common(name, help),
      labelNames,
      collect() {
        for (const [labels, value] of fresh(this, labelNames, read())) this.set(labels, value);
      },
    });
  }

  histogram(name: string, help: string, read: () => (readonly [Labels, Distribution])[]): void {
    new DistributionMetric(this.common(name, help), read);
  }

  private common(name: string, help: string) {
    return { name: `corkboard_${name}`, help, registers: [this.registry] };
  }
}

// The types of prom-client declare an enum, but its code uses strings.
const histogramType = 'histogram' as unknown as MetricType;

/** A histogram whose values are counted in a `Distribution`. prom-client's own accepts one value at a time only. */
class DistributionMetric extends Gauge {
  constructor(
    private readonly config: { name: string; help: string; registers: Registry[] },
    private readonly read: () => (readonly [Labels, Distribution])[],
  ) {
    super(config);
  }

  override async get() {
    const { name } = this.config;
    const values = this.read().flatMap(([labels, counted]) => series(name, labels, counted));
    return { ...(await super.get()), type: histogramType, values };
  }
}

function series(name: string, labels: Labels, { bounds, counts, sum }: Distribution) {
  let total = 0;
  const buckets = counts.map((count, at) => {
    total += count;
    const le = bounds[at] ?? '+Inf';
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(le) }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}

export function one(value: number): Value[] {
  return [[{}, value]];
}

export function maybe(value: number | undefined): Value[] {
  return value === undefined ? [] : one(value);
}
