/** Texts that cost the most for their length somewhere, each by what it is made of. */
const kinds: Record<string, string> = {
  'marks out of order': '\u0315\u0300',
  'marks of one kind': '\u0301',
  'letters with marks': 'e\u0323\u0301 ',
  'plain letters': 'a',
  'short words': 'a ',
  'letters beyond ASCII': 'é',
  'Chinese characters': '漢',
  'Hangul in parts': '\u1112\u1161\u11ab',
  'ligatures of eighteen characters': '\ufdfa',
  'letters with a dot': 'İ',
  flags: '🇩🇪',
  families: '👩‍👩‍👧‍👦',
  'emoji with a style': '☎️ ',
  joiners: '\u200d',
  tabs: '\t',
  'letters and tabs': '漢\t',
  spaces: ' ',
  'line ends': '\r\n',
  'control characters': '\u0001',
  'direction overrides': '\u202e',
  'halves of characters': '\ud800',
  'quotes and backslashes': '\\"',
  'open quotes': '"a',
  digits: '9',
  'dashes and dots': '-.',
  percents: '%',
};

/** `[what it is, text]`: each kind as often as fits into so many UTF-16 code units, after an `a`. */
export function costlyTexts(units: number): [string, string][] {
  return Object.entries(kinds).map(([kind, part]) => [
    kind,
    `a${part.repeat(Math.floor((units - 1) / part.length))}`,
  ]);
}

// A first run that takes less is not repeated.
const cheap = 10;

/**
 * The least processor time that a function took in some runs, in milliseconds. Other processes of a
 * busy machine do not count into it.
 */
export function cost(run: () => unknown, runs = 12): number {
  let least = Number.POSITIVE_INFINITY;
  for (let left = runs; left > 0 && least > cheap; left--) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
