// Everything that the screen may send to a terminal besides text (docs/decisions/028-own-screen.md).
const sequences = [
  // Modes, positions, erased ends of rows, styles.
  '\\x1b\\[\\?(?:7|25|1004|1049|2004|2026)[hl]',
  '\\x1b\\[\\d+;\\d+H',
  '\\x1b\\[K',
  '\\x1b\\[0(?:;\\d+)*m',
  // The title, saved, set and restored; links; what is copied.
  '\\x1b\\[2[23];2t',
  '\\x1b\\]2;[^\\p{Cc}]{0,60}\\x1b\\\\',
  '\\x1b\\]8;;(?:https?://[\\x21-\\x7e]+)?\\x1b\\\\',
  '\\x1b\\]52;c;[A-Za-z0-9+/=]*\\x1b\\\\',
];

/** What is in the output of a screen and may not be: other sequences, control characters, and characters that change the direction. */
export function unwantedIn(output: string): string[] {
  const text = output.replace(new RegExp(sequences.join('|'), 'gu'), '');
  return text.match(/[\p{Cc}\u202a-\u202e\u2066-\u2069].{0,20}/gsu) ?? [];
}
