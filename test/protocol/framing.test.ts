import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Line, LineSplitter, lineError } from '../../src/protocol/framing.ts';
import { TelnetFilter } from '../../src/protocol/telnet.ts';

const limit = 8;

/** The lines of a stream that comes in these pieces, a last one without an ending included. */
function lines(pieces: Iterable<Buffer>, longest = limit): Line[] {
  const splitter = new LineSplitter(longest);
  const found: Line[] = [];
  for (const piece of pieces) splitter.push(piece, (line) => found.push(line));
  splitter.end((line) => found.push(line));
  return found;
}

function bytewise(bytes: Buffer): Buffer[] {
  return [...bytes].map((byte) => Buffer.of(byte));
}

/** The stream cut at the places given, in any order, as the network may. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length];
  ends.sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const text = (value: string) => ({ text: value });
const tooLong = { fault: 'LINE_TOO_LONG', limit };
const notUtf8 = { fault: 'NOT_UTF8', limit };

test.each<[string, string | Buffer, Line[] | object[]]>([
  ['a line that ends in LF', 'alice\n', [text('alice')]],
  ['a line that ends in CRLF', 'alice\r\n', [text('alice')]],
  ['several lines', 'one\ntwo\r\n\nfour\n', [text('one'), text('two'), text(''), text('four')]],
  ['a CR inside a line', 'a\rb\r\r\n', [text('a\rb\r')]],
  ['what is left at the end of the stream', 'one\ntwo', [text('one'), text('two')]],
  ['nothing left at the end of the stream', 'one\n', [text('one')]],
  ['nothing at all', '', []],
  ['characters of several bytes', 'é€🍜\n', [tooLong]],
  ['characters of two bytes', 'éàü\n', [text('éàü')]],
  ['characters of three and four bytes', '€\n🍜🍜\n', [text('€'), text('🍜🍜')]],
  ['a line of the longest length', '12345678\n', [text('12345678')]],
  ['a line of the longest length with CRLF', '12345678\r\n', [text('12345678')]],
  ['a line one byte past it', '123456789\nnext\n', [tooLong, text('next')]],
  ['a line one byte past it with CRLF', '123456789\r\nnext\r\n', [tooLong, text('next')]],
  ['a line far past it', `${'x'.repeat(1000)}\nnext\n`, [tooLong, text('next')]],
  ['an endless line', 'x'.repeat(1000), [tooLong]],
  ['a longest line without an ending', '12345678', [text('12345678')]],
  ['one byte more without an ending', '123456789', [tooLong]],
  ['a byte order mark', '\ufeffalice\n', [text('alice')]],
  ['invalid UTF-8', Buffer.from([0x61, 0xff, 0x0a, 0x62, 0x0a]), [notUtf8, text('b')]],
  ['half a character', Buffer.from([0xe2, 0x82, 0x0a, 0xc3, 0xa9, 0x0a]), [notUtf8, text('é')]],
  ['an overlong form', Buffer.from([0xc0, 0xaf, 0x0a]), [notUtf8]],
  ['a surrogate', Buffer.from([0xed, 0xa0, 0x80, 0x0a]), [notUtf8]],
  ['half a character at the end', Buffer.from([0x61, 0xc3]), [notUtf8]],
])('the splitter handles %s, in one piece and byte by byte', (_, stream, expected) => {
  const bytes = Buffer.from(stream);
  expect(lines([bytes])).toEqual(expected);
  expect(lines(bytewise(bytes))).toEqual(expected);
});

/** What a stream holds, said plainly. */
function expectedLines(bytes: Buffer): Line[] {
  const parts = bytes.toString('latin1').split('\n');
  if (parts.at(-1) === '') parts.pop();
  return parts.map((part) => {
    const line = Buffer.from(part.replace(/\r$/, ''), 'latin1');
    if (line.length > limit) return { fault: 'LINE_TOO_LONG', limit };
    const decoded = line.toString('utf8');
    if (!Buffer.from(decoded).equals(line)) return { fault: 'NOT_UTF8', limit };
    return { text: decoded.replace(/^\ufeff/, '') };
  });
}

const stretch = fc.oneof(
  fc
    .constantFrom(...['\n', '\r\n', '\r', 'a', 'é', '€', '🍜', '\ufeff', 'x'.repeat(7)])
    .map((s) => Buffer.from(s)),
  fc.integer({ min: 0, max: 255 }).map((byte) => Buffer.of(byte)),
);
const stream = fc.array(stretch, { maxLength: 30 }).map((parts) => Buffer.concat(parts));
const places = fc.array(fc.nat(), { maxLength: 10 });

test('a stream has the same lines wherever the network splits it', () => {
  fc.assert(
    fc.property(stream, places, (bytes, where) => {
      expect(lines(cut(bytes, where))).toEqual(expectedLines(bytes));
      expect(lines(bytewise(bytes))).toEqual(expectedLines(bytes));
    }),
    { numRuns: 2000 },
  );
});

/** The lines of a person, who may send a CR in place of any ending. */
function personsLines(pieces: Iterable<Buffer>): Line[] {
  const splitter = new LineSplitter(limit, true);
  const found: Line[] = [];
  for (const piece of pieces) splitter.push(piece, (line) => found.push(line));
  splitter.end((line) => found.push(line));
  return found;
}

test.each<[string, string, object[]]>([
  ['CR', 'one\rtwo\r', [text('one'), text('two')]],
  ['CR NUL', 'one\r\0two\r\0', [text('one'), text('two')]],
  ['CRLF', 'one\r\ntwo\r\n', [text('one'), text('two')]],
  ['LF', 'one\ntwo\n', [text('one'), text('two')]],
  ['all of them', 'a\rb\nc\r\0d\r\ne', ['a', 'b', 'c', 'd', 'e'].map(text)],
  ['CR before an empty line', 'a\r\rb\r\n\nc', ['a', '', 'b', '', 'c'].map(text)],
  ['a NUL that follows no CR', 'a\nb\0c\n\0\n', [text('a'), text('b\0c'), text('\0')]],
  ['CR after a line that is too long', '123456789\rab\r', [tooLong, text('ab')]],
])(
  'lines of the text encoding end in %s, wherever the network splits them',
  (_, stream, expected) => {
    const bytes = Buffer.from(stream);
    expect(personsLines([bytes])).toEqual(expected);
    expect(personsLines(bytewise(bytes))).toEqual(expected);
  },
);

test('a line of the text encoding that ends in CR is read without waiting for the next byte', () => {
  const splitter = new LineSplitter(limit, true);
  expect([...splitter.split(Buffer.from('one\r'))]).toEqual([text('one')]);
  expect([...splitter.split(Buffer.from('\n'))]).toEqual([]);
});

test('each line is delivered as soon as it ends', () => {
  const splitter = new LineSplitter(limit);
  const found: Line[] = [];
  splitter.push(Buffer.from('one\ntw'), (line) => found.push(line));
  expect(found).toEqual([text('one')]);
  splitter.push(Buffer.from('o\n'), (line) => found.push(line));
  expect(found).toEqual([text('one'), text('two')]);
});

test('the limit of length can be raised between two lines', () => {
  const splitter = new LineSplitter(limit);
  const found: Line[] = [];
  splitter.push(Buffer.from('alice\n123456789\n'), (line) => {
    found.push(line);
    splitter.limit = 9;
  });
  expect(found).toEqual([text('alice'), text('123456789')]);
});

test('the error for a line that cannot be read says why', () => {
  expect(lineError({ fault: 'NOT_UTF8', limit })).toMatchObject({
    code: 'NOT_UTF8',
    message: 'This line is not valid UTF-8.',
  });
  expect(lineError({ fault: 'LINE_TOO_LONG', limit })).toMatchObject({
    code: 'LINE_TOO_LONG',
    message: 'This line is longer than 8 bytes; it was skipped.',
  });
});

test('lines that come whole in a chunk are the same lines as those that come byte by byte', () => {
  const read = (pieces: Iterable<Buffer>, json: boolean, endsAtCr: boolean) => {
    const splitter = new LineSplitter(limit, endsAtCr);
    if (json) splitter.boundJson({ depth: 2, values: 3 });
    const found: Line[] = [];
    for (const piece of pieces) splitter.push(piece, (line) => found.push(line));
    splitter.end((line) => found.push(line));
    // Which bound a line is past first depends on how it comes.
    return found.map((line) => ('text' in line ? line : line.fault !== 'NOT_UTF8'));
  };
  // Mostly ASCII: what structures JSON, what ends lines, and what is no character at all.
  const unit = fc.constantFrom(...'[[{}],"\\\\a1\r\n\n\0'.split(''), 'é', '\xff');
  const stream = fc.array(unit, { maxLength: 60 }).map((units) => units.join(''));
  fc.assert(
    fc.property(stream, fc.boolean(), fc.boolean(), (units, json, endsAtCr) => {
      const whole = Buffer.from(units, 'latin1');
      expect(read([whole], json, endsAtCr)).toEqual(read(bytewise(whole), json, endsAtCr));
    }),
    { numRuns: 2000 },
  );
});

test('a line of JSON over the bounds is skipped while it arrives, and the next line is read', () => {
  const splitter = new LineSplitter(1000);
  splitter.boundJson({ depth: 2, values: 10 });
  expect([...splitter.split(Buffer.from('[[[['))]).toEqual([]);
  expect(splitter.held).toBe(0);
  for (const piece of ['[[', '"', '1,'.repeat(2000)]) splitter.push(Buffer.from(piece), () => {});
  expect(splitter.held).toBe(0);
  const found = [...splitter.split(Buffer.from(`]]\n[["[[["]]\n[${'1,'.repeat(11)}\n[]\n`))];
  const invalid = (why: string) => ({ fault: 'INVALID_REQUEST', why });
  expect(found).toEqual([
    invalid('it is nested more than 2 deep'),
    text('[["[[["]]'),
    invalid('it has more than 10 values'),
    text('[]'),
  ]);
  expect(found.slice(0, 1).map((line) => 'fault' in line && lineError(line).message)).toEqual([
    'This is not a request: it is nested more than 2 deep.',
  ]);
});

describe('telnet', () => {
  const [SE, NOP, AYT, SB, WILL, WONT, DO, DONT, IAC] = [
    240, 241, 246, 250, 251, 252, 253, 254, 255,
  ];

  function filtered(pieces: Buffer[]): Buffer {
    const filter = new TelnetFilter();
    return Buffer.concat(pieces.map((piece) => Buffer.from(filter.push(piece))));
  }

  const bytes = (...parts: (number | string)[]) =>
    Buffer.concat(
      parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))),
    );

  test.each([
    ['plain text', bytes('alice\r\n'), bytes('alice\r\n')],
    ['a command', bytes('al', IAC, NOP, 'i', IAC, AYT, 'ce'), bytes('alice')],
    ['the end of file of line mode', bytes('al', IAC, 236, 'ice'), bytes('alice')],
    [
      'options',
      bytes(IAC, WILL, 1, 'al', IAC, WONT, 3, 'i', IAC, DO, 31, 'c', IAC, DONT, 24, 'e'),
      bytes('alice'),
    ],
    ['an option named like a command', bytes(IAC, DO, IAC, 'alice'), bytes('alice')],
    ['an option named like a line ending', bytes(IAC, DO, 10, 'alice'), bytes('alice')],
    ['a subnegotiation', bytes('al', IAC, SB, 24, 0, 'xterm', IAC, SE, 'ice'), bytes('alice')],
    [
      'a subnegotiation with a byte 255 in it',
      bytes('al', IAC, SB, 31, IAC, IAC, SE, 80, IAC, SE, 'ice'),
      bytes('alice'),
    ],
    ['a byte 255 meant as itself', bytes('a', IAC, IAC, 'b'), bytes('a', 255, 'b')],
    ['a byte 255 that begins no command', bytes('a', IAC, 'b'), bytes('a', 255, 'b')],
    ['a subnegotiation that never ends', bytes('a', IAC, SB, 24, 'bcd'), bytes('a')],
  ])('the filter handles %s, in one piece and byte by byte', (_, input, expected) => {
    expect(filtered([input])).toEqual(expected);
    expect(filtered(bytewise(input))).toEqual(expected);
  });

  /** What is left of a stream, said as one pattern. */
  function expectedText(input: Buffer): Buffer {
    const commands =
      /\xff(?:\xff|[\xfb-\xfe][\s\S]?|\xfa(?:[^\xff]|\xff[^\xf0])*(?:\xff\xf0|\xff?$)|[\xec-\xf9]|$)/g;
    const left = input
      .toString('latin1')
      .replace(commands, (command) => (command === '\xff\xff' ? '\xff' : ''));
    return Buffer.from(left, 'latin1');
  }

  test('the filter returns the same bytes wherever the network splits the stream', () => {
    const byte = fc.oneof(
      fc.constantFrom(SE, NOP, SB, WILL, DO, IAC, IAC, IAC, 0x0a, 0x61),
      fc.integer({ min: 0, max: 255 }),
    );
    const input = fc.array(byte, { maxLength: 40 }).map((codes) => Buffer.from(codes));
    fc.assert(
      fc.property(input, places, (stream, where) => {
        expect(filtered(cut(stream, where))).toEqual(expectedText(stream));
        expect(filtered(bytewise(stream))).toEqual(expectedText(stream));
      }),
      { numRuns: 2000 },
    );
  });
});

const kept = (chunks: readonly Buffer[]) => chunks.reduce((sum, { length }) => sum + length, 0);
/** Like a chunk of a socket: in memory of its own. */
const socketChunk = (text: string) => {
  const chunk = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  chunk.write(text);
  return chunk;
};

test.each([
  ['of lines that are complete', 65_536, ['{"a":1}\n'.repeat(8192)]],
  ['of a line that is too long', 4096, ['x'.repeat(65_536), 'x'.repeat(65_536), 'x\n']],
  ['of a line that was put together', 262_144, ['é'.repeat(32_768), 'é'.repeat(32_768), '\n']],
])('chunks %s are freed at once, without the garbage collector', (_, limit, texts) => {
  const splitter = new LineSplitter(limit, false, true);
  const chunks = texts.map(socketChunk);
  const lines: Line[] = [];
  for (const chunk of chunks) splitter.push(chunk, (line) => lines.push(line));
  expect(lines.length).toBeGreaterThan(0);
  expect(kept(chunks)).toBeLessThan(8192);
  const others = new LineSplitter(limit);
  const same = texts.map(socketChunk);
  const expected: Line[] = [];
  for (const chunk of same) others.push(chunk, (line) => expected.push(line));
  expect(lines).toEqual(expected);
  // Who gives a splitter chunks without giving them away may use them again.
  expect(kept(same)).toBe(kept(texts.map((text) => Buffer.from(text))));
});

test('of a line without its end, the splitter keeps the chunks, and nothing else', () => {
  const splitter = new LineSplitter(262_144, false, true);
  const chunks = ['x'.repeat(65_536), 'y'.repeat(65_536)].map(socketChunk);
  const lines: Line[] = [];
  for (const chunk of chunks) splitter.push(chunk, (line) => lines.push(line));
  expect(kept(chunks)).toBe(2 * 65_536);
  splitter.push(Buffer.from('z\n'), (line) => lines.push(line));
  expect(lines).toEqual([{ text: `${'x'.repeat(65_536)}${'y'.repeat(65_536)}z` }]);
  expect(kept(chunks)).toBe(0);
});
