import { type CustomSymbol, type LineFormatterArgs, type Point, plot } from 'simple-ascii-chart';

/** A bar of a chart: a count of at least 0, and the label below it. */
interface Bar {
  readonly label: string;
  readonly value: number;
}

const height = 8;
// Columns left and right of the bars.
const margin = 12;

/** A chart with as many of the last bars as fit on the terminal, or in 80 columns. */
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

/** Draws a bar from its top to the axis. The library's own bars are two rows high even for 0. */
function drawBar({ y, plotX, plotY }: LineFormatterArgs): CustomSymbol[] {
  if (y === 0) return [];
  const rows = Math.max(1, height + 1 - plotY);
  return Array.from({ length: rows }, (_, row) => ({ x: plotX, y: plotY + row, symbol: '█' }));
}
