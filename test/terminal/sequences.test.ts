import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Sequences } from '../../src/terminal/sequences.ts';

/** What readline sees of what a terminal sends, in these pieces. */
function seen(...pieces: (string | Buffer)[]): { text: string; broken: number } {
  const told = { text: '', broken: 0 };
  const sequences = new Sequences({
    keys: (text) => {
      told.text += text;
    },
    broken: () => {
      told.broken++;
    },
  });
  for (const piece of pieces) sequences.push(Buffer.from(piece));
  vi.advanceTimersByTime(5000);
  sequences.close();
  return told;
}

beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

const swallowed: [what: string, sequence: string][] = [
  ['focus in', '\x1b[I'],
  ['focus out', '\x1b[O'],
  ['a mouse press (SGR)', '\x1b[<0;33;12M'],
  ['a mouse press (X10)', '\x1b[M !!'],
  ['a report of the cursor with a question mark', '\x1b[?1;2c'],
  ['an unknown number', '\x1b[99~'],
  ['an unknown key with modifiers', '\x1b[57;9;13~'],
  ['a key of kitty that is no character', '\x1b[57441;2u'],
  ['the release of a key (kitty)', '\x1b[97;1:3u'],
  ['a colour report (OSC, BEL)', '\x1b]11;rgb:1e1e/1e1e/1e1e\x07'],
  ['a colour report (OSC, ST)', '\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\'],
  ['a device report (DCS)', '\x1bP>|xterm(370)\x1b\\'],
  ['an application string (APC)', '\x1b_Gi=1;OK\x1b\\'],
  ['an unknown SS3 key', '\x1bOz'],
];

test.each(swallowed)('%s leaves nothing in the line, wherever it is split', (_, sequence) => {
  expect(seen(`a${sequence}b`)).toEqual({ text: 'ab', broken: 0 });
  for (let at = 1; at < sequence.length; at++) {
    expect(seen(`a${sequence.slice(0, at)}`, `${sequence.slice(at)}b`).text).toBe('ab');
  }
  expect(seen(...[...`a${sequence}b`]).text).toBe('ab');
});

test.each([
  ['Shift+Enter (modifyOtherKeys)', '\x1b[27;2;13~', '\r'],
  ['Shift+Enter (kitty)', '\x1b[13;2u', '\r'],
  ['Ctrl+Enter (kitty)', '\x1b[13;5u', '\r'],
  ['Ctrl+C (kitty)', '\x1b[99;5u', '\x03'],
  ['Ctrl+U (modifyOtherKeys)', '\x1b[27;5;117~', '\x15'],
  ['an A (kitty)', '\x1b[97:65;2u', 'A'],
  ['Alt+f (kitty)', '\x1b[102;3u', '\x1bf'],
  ['Tab (kitty)', '\x1b[9u', '\t'],
  ['Backspace (kitty)', '\x1b[127u', '\x7f'],
])('%s is the key that it always was', (_, sequence, key) => {
  expect(seen(sequence).text).toBe(key);
  expect(seen(...sequence).text).toBe(key);
});

test.each([
  '\x1b[A',
  '\x1bOA',
  '\x1b[1;5C',
  '\x1b[3~',
  '\x1b[3;5~',
  '\x1b[H',
  '\x1b[200~',
  '\x1b[201~',
  '\x1bf',
  '\x1b[Z',
])('what readline knows reaches it as it is: %j', (sequence) => {
  expect(seen(`a${sequence}b`).text).toBe(`a${sequence}b`);
  expect(seen(...sequence).text).toBe(sequence);
});

test('Escape alone is a key, and keys after an unfinished sequence are not lost', () => {
  expect(seen('\x1b').text).toBe('\x1b');
  expect(seen('\x1b]0;no end\rnext').text).toBe('\rnext');
  expect(seen(`\x1b]${'x'.repeat(10_000)}`).text.length).toBeLessThan(10_000);
  expect(seen('\x1b]0;title\x1b[200~paste\x1b[201~').text).toBe('\x1b[200~paste\x1b[201~');
  expect(seen('\x1b[12é').text).toBe('é');
});

test('characters are whole in whatever pieces they arrive, and bytes that are not UTF-8 are reported', () => {
  const bytes = Buffer.from('naïve 日本 👍');
  expect(seen(...[...bytes].map((byte) => Buffer.from([byte])))).toEqual({
    text: 'naïve 日本 👍',
    broken: 0,
  });
  expect(seen(Buffer.from([0x61, 0xe9, 0x62]))).toEqual({ text: 'ab', broken: 1 });
});
