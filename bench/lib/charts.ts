import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { init } from 'echarts';
import type { Chart, Results } from './benchmark.ts';
import { median } from './report.ts';

/** Draws each chart of the results as an SVG into `folder`. */
export function drawCharts(folder: string, results: readonly Results[]): void {
  mkdirSync(folder, { recursive: true });
  for (const chart of results.flatMap(({ charts = [] }) => charts)) {
    writeFileSync(join(folder, `${chart.file}.svg`), draw(chart));
  }
}

function draw({ title, x, y, lines }: Chart): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 400 });
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: title, left: 'center' },
    legend: { bottom: 0 },
    grid: { left: 80, right: 30, top: 50, bottom: 70 },
    xAxis: { type: 'category', name: x.name, nameLocation: 'middle', nameGap: 28, data: x.values },
    yAxis: { type: y.log ? 'log' : 'value', name: y.name },
    series: Object.entries(lines).map(([name, samples]) => ({
      name,
      type: x.bars ? 'bar' : 'line',
      data: samples.map(median),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
