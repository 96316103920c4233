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
    const safe = control.test(cluster) ? replaced(cluster) : cluster;
    const short = safe.slice(0, clusterUnits).toWellFormed();
    const width = displayWidth(short);
    if (width > 2) yield* takenApart(short);
    else if (width > 0) yield [short, width];
  }
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
