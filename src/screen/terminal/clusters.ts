import { displayWidth, graphemes } from '../../protocol/unicode.ts';

// Longer clusters are cut, in UTF-16 code units: the longest emoji of a family has 25.
const clusterUnits = 32;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const printableAscii = /^[\x20-\x7e]*$/;

/** A cluster and the columns that it takes: 1 or 2. */
export type Sized = readonly [cluster: string, width: number];

/**
 * The clusters of a text that have a width. Line ends and tabs become spaces, other control characters U+FFFD.
 * A cluster of more than two columns is taken apart, and what has no width without a letter before it is left out.
 */
export function* sizedClusters(text: string): Generator<Sized, void> {
  if (printableAscii.test(text)) {
    for (const character of text) yield [character, 1];
    return;
  }
  for (const cluster of graphemes(text)) {
    if (cluster.length === 1 && cluster >= ' ' && cluster <= '~') {
      yield [cluster, 1];
      continue;
    }
    const its = sizedCluster(cluster);
    if (its[1] > 2) yield* takenApart(its[0]);
    else if (its[1] > 0) yield its;
  }
}

// The same clusters come again and again, and measuring them takes most of the time of a frame.
const measured = new Map<string, Sized>();
const mostMeasured = 2000;

function sizedCluster(cluster: string): Sized {
  const known = measured.get(cluster);
  if (known) return known;
  const safe = control.test(cluster) ? replaced(cluster) : cluster;
  const short = safe.slice(0, clusterUnits).toWellFormed();
  const its: Sized = [short, displayWidth(short)];
  if (measured.size >= mostMeasured) measured.clear();
  if (cluster.length <= clusterUnits) measured.set(cluster, its);
  return its;
}

/** How many columns a cluster takes on a surface. */
export function clusterWidth(cluster: string): number {
  return sizedCluster(cluster)[1];
}

/** A control character is a cluster of its own (UAX #29, rules GB4 and GB5), or the end of a line. */
function replaced(cluster: string): string {
  if (cluster === '\t' || cluster === '\n' || cluster.startsWith('\r')) return ' ';
  return /[\u202a-\u202e\u2066-\u2069]/.test(cluster) ? '' : '\ufffd';
}

function* takenApart(cluster: string): Generator<Sized, void> {
  let held = '';
  let width = 0;
  for (const character of cluster) {
    const its = displayWidth(character);
    if (its > 0 && held !== '') {
      yield [held, width];
      held = '';
      width = 0;
    }
    if (its > 0 || held !== '') held += character;
    width += its;
  }
  if (held !== '') yield [held, width];
}
