import { type CustomSymbol, type LineFormatterArgs, type Point, plot } from 'simple-ascii-chart';

/** A bar of a chart: a count of at least 0, and what stands below it. */
interface Bar {
  readonly label: string;
  readonly value: number;
}

const height = 8;
// What stands left of the bars and behind the last one.
const margin = 12;

/** Bars side by side, as many of the last ones as the terminal is wide enough for; 80 columns elsewhere. */
export function barChart(bars: readonly Bar[]): string {
  const width = Math.max(20, (process.stdout.columns || 80) - margin);
  const shown = bars.slice(-Math.floor(width / 2));
  const every = Math.ceil((shown.length * 7) / width);
  const most = Math.max(1, ...shown.map(({ value }) => value));
  const chart = plot(
    shown.map(({ value }, index): Point => [index, value]),
    {
      mode: 'bar',
      lineFormatter: drawBar,
      width: Math.min(width, shown.length * 3),
      height,
      yRange: [0, most],
      customYAxisTicks: [most],
      customXAxisTicks: shown.map((_, index) => index).filter((index) => index % every === 0),
      formatter: (number, { axis }) => (axis === 'x' ? (shown[number]?.label ?? '') : number),
    },
  );
  return chart.replace(/ +$/gm, '').replace(/^\n+|\n+$/g, '');
}

/** From its top to the axis: the chart's own bars are two rows high where there is nothing. */
function drawBar({ y, plotX, plotY }: LineFormatterArgs): CustomSymbol[] {
  if (y === 0) return [];
  const rows = Math.max(1, height + 1 - plotY);
  return Array.from({ length: rows }, (_, row) => ({ x: plotX, y: plotY + row, symbol: '█' }));
}
