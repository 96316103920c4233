import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { type KeyPress, Keys, type Paste } from '../../../src/screen/terminal/keys.ts';

function reading() {
  const input = new PassThrough();
  const events: (KeyPress | Paste)[] = [];
  const keys = new Keys(input, (event) => {
    events.push(event);
    input.emit('key');
  });
  const names = () => events.map((event) => ('key' in event ? event.key : event));
  /** Sends bytes in pieces that arrive one after the other. */
  const typed = async (...pieces: (string | Buffer)[]) => {
    for (const piece of pieces) {
      input.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return names();
  };
  return { input, keys, typed, names, events };
}

test.each([
  ['a', 'a'],
  ['A', 'A'],
  ['é', 'é'],
  ['漢', '漢'],
  [' ', 'space'],
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\t', 'tab'],
  ['\x1b[Z', 'backtab'],
  ['\x7f', 'backspace'],
  ['\b', 'backspace'],
  ['\x13', 'ctrl-s'],
  ['\x03', 'ctrl-c'],
  ['\x1c', 'ctrl-\\'],
  ['\x1ba', 'alt-a'],
  ['\x1b\x7f', 'alt-backspace'],
  ['\x1b[A', 'up'],
  ['\x1bOA', 'up'],
  ['\x1b[1;5C', 'ctrl-right'],
  ['\x1b[1;3D', 'alt-left'],
  ['\x1b\x1b[D', 'alt-left'],
  ['\x1b[5~', 'pageup'],
  ['\x1b[6~', 'pagedown'],
  ['\x1b[3~', 'delete'],
  ['\x1b[H', 'home'],
  ['\x1b[4~', 'end'],
  ['\x1bOP', 'f1'],
  ['\x1b[[A', 'f1'],
  ['\x1b[24~', 'f12'],
  ['\x1b[13;2u', 'enter'],
])('%j is the key %s, also when it arrives byte by byte', async (sent, key) => {
  expect(await reading().typed(sent)).toEqual([key]);
  const pieces = [...Buffer.from(sent)].map((byte) => Buffer.from([byte]));
  expect(await reading().typed(...pieces)).toEqual([key]);
});

test('Escape alone is a key once nothing has followed it', async () => {
  const { input, names } = reading();
  input.write('\x1b');
  await once(input, 'key');
  input.write('x');
  expect(names()).toEqual(['esc', 'x']);
});

test('keys that are typed at once arrive in their order, with what they type', async () => {
  const { typed, events } = reading();
  await typed('jK \x1b[B👍');
  expect(events).toEqual([
    { key: 'j', text: 'j' },
    { key: 'K', text: 'K' },
    { key: 'space', text: ' ' },
    { key: 'down' },
    { key: '👍', text: '👍' },
  ]);
});

test('a paste is one event, however it is split', async () => {
  expect(await reading().typed('\x1b[200~one\rtwo q\x1b[201~x')).toEqual([
    { paste: 'one\rtwo q' },
    'x',
  ]);
  expect(await reading().typed('\x1b[20', '0~o', 'ne\x1b[2', '01~')).toEqual([{ paste: 'one' }]);
});

test('a paste is cut at the size of a message, and keeps no memory after it', async () => {
  const { input, events } = reading();
  input.write('\x1b[200~');
  for (let at = 0; at < 100; at++) input.write('x'.repeat(10_000));
  input.write('\x1b[201~q');
  while (events.length < 2) await once(input, 'key');
  expect(events).toEqual([
    { paste: 'x'.repeat(32 * 1024), isCut: true },
    { key: 'q', text: 'q' },
  ]);
});

test('Ctrl-C ends a paste whose end was lost', async () => {
  expect(await reading().typed('\x1b[200~one', '\x03', 'q')).toEqual([{ paste: 'one' }, 'q']);
});

test('unknown sequences, answers of the terminal and bytes that are not UTF-8 are no keys', async () => {
  const junk = [
    '\x1b[?62;c',
    '\x1b]11;rgb:0000/0000/0000\x1b\\',
    '\x1b[<0;10;10M',
    '\x1b[I',
    '\x9b',
  ];
  expect(await reading().typed(...junk, Buffer.from([0xff, 0xfe]), 'q')).toEqual(['unknown', 'q']);
});

test('nothing is read while another program has the terminal', async () => {
  const { input, keys, typed, names } = reading();
  keys.pause();
  input.write('x');
  expect(names()).toEqual([]);
  keys.resume();
  expect(await typed('y')).toEqual(['x', 'y']);
});
