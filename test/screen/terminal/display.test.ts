import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { Terminal } from '@xterm/headless';
import { expect, test } from 'vitest';
import { abilitiesOf } from '../../../src/screen/terminal/abilities.ts';
import { Display, type DisplayOptions } from '../../../src/screen/terminal/display.ts';
import type { Surface } from '../../../src/screen/terminal/surface.ts';

const opening = '\x1b[22;2t\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[?1004l\x1b[0m';
const closing = '\x1b[?2026l\x1b]8;;\x1b\\\x1b[0m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[23;2t';

function displayOn(output: Writable, options: Partial<DisplayOptions> = {}) {
  return new Display(output, {
    size: { columns: 20, rows: 3 },
    colours: 8,
    utf8: true,
    ...options,
  });
}

/** A line that sends one piece at a time, and each only when it is told to. */
function slowLine() {
  const pieces: string[] = [];
  let sent = () => {};
  const output = new Writable({
    decodeStrings: false,
    write: (piece: string, _encoding, done) => {
      pieces.push(piece);
      sent = done;
      output.emit('piece');
    },
  });
  const send = () => {
    const done = sent;
    sent = () => {};
    done();
  };
  return { output, pieces, send };
}

test('a terminal shows what is drawn, and is left as it was found', async () => {
  const terminal = new Terminal({ cols: 20, rows: 3, allowProposedApi: true });
  const output = new PassThrough();
  const display = displayOn(output);
  const write = (text: string) => new Promise<void>((resolve) => terminal.write(text, resolve));
  const drawn = async () => {
    const [bytes] = await once(output, 'data');
    await write(String(bytes));
  };
  const rows = () =>
    [0, 1, 2].map((row) => terminal.buffer.active.getLine(row)?.translateToString(true));
  await write('$ corkboard tui\r\n');
  display.open();
  await drawn();
  display.draw((surface) => void surface.text(1, 2, 'hello 漢字'), 'now');
  await drawn();
  expect(rows()).toEqual(['', '  hello 漢字', '']);
  expect(terminal.modes).toMatchObject({ bracketedPasteMode: true, wraparoundMode: false });
  expect(terminal.buffer.active.type).toBe('alternate');
  const left = once(output, 'data');
  display.close();
  await write(String((await left)[0]));
  expect(terminal.buffer.active.type).toBe('normal');
  expect(terminal.modes).toMatchObject({ bracketedPasteMode: false, wraparoundMode: true });
  expect(rows()).toEqual(['$ corkboard tui', '', '']);
});

test('a slow line gets the newest drawing, and not those before it', async () => {
  const { output, pieces, send } = slowLine();
  const display = displayOn(output);
  display.open();
  send();
  display.draw((surface) => void surface.text(0, 0, 'first'), 'now');
  while (pieces.length < 2) await once(output, 'piece');
  for (let at = 0; at < 1000; at++) {
    display.draw((surface) => void surface.text(0, 0, `drawing ${at}`), 'now');
    if (at % 100 === 0) await turn();
  }
  expect(pieces).toHaveLength(2);
  expect(output.writableLength).toBeLessThan(1000);
  send();
  await once(output, 'piece');
  expect(pieces[2]).toContain('drawing 999');
  send();
  await turn();
  expect(pieces).toHaveLength(3);
});

test('on a slow line only the newest title and the newest copied text wait', async () => {
  const { output, pieces, send } = slowLine();
  const display = displayOn(output);
  display.open();
  send();
  for (let at = 0; at < 100; at++) {
    display.title(`title ${at}`);
    display.copy('x'.repeat(60_000 + at));
  }
  expect(output.writableLength).toBeLessThan(1000);
  while (!pieces.some((piece) => piece.includes('title 99'))) {
    send();
    await turn();
  }
  expect(pieces.join('').match(/title/g)).toHaveLength(2);
  expect(pieces.join('').length).toBeLessThan(200_000);
});

test('drawings that nobody waits for are at most thirty in a second', async () => {
  const output = new PassThrough();
  const display = displayOn(output);
  display.open();
  await once(output, 'data');
  const times: number[] = [];
  let drawings = 0;
  const again = () => {
    drawings++;
    display.draw((surface) => {
      times.push(performance.now());
      surface.text(0, 0, String(drawings));
    });
    if (times.length < 5) setImmediate(again);
  };
  again();
  while (times.length < 5) await once(output, 'data');
  const pauses = times.slice(1).map((time, at) => time - (times[at] ?? 0));
  // Timers may be early by less than a millisecond.
  expect(Math.min(...pauses)).toBeGreaterThan(31);
  expect(drawings).toBeGreaterThan(5);
});

test('a resize draws everything again in the new size', async () => {
  const output = new PassThrough();
  const display = displayOn(output);
  display.open();
  await once(output, 'data');
  display.draw(
    (surface) => void surface.text(surface.rows - 1, 0, `${surface.columns}x${surface.rows}`),
    'now',
  );
  await once(output, 'data');
  display.resized({ columns: 10, rows: 2 });
  expect(String((await once(output, 'data'))[0])).toBe(
    '\x1b[?2026h\x1b[1;1H\x1b[K\x1b[2;1H\x1b[K10x2\x1b[?25l\x1b[?2026l',
  );
  display.resized({ columns: 100_000, rows: 100_000 });
  expect(String((await once(output, 'data'))[0])).toContain('400x150');
});

test('frames that take long leave most of the time to others, however often the terminal is resized', async () => {
  const display = displayOn(new PassThrough().resume());
  const began = performance.now();
  let frames = 0;
  const busy = () => {
    frames++;
    const start = performance.now();
    while (performance.now() - start < 20);
  };
  display.draw(busy, 'now');
  display.open();
  for (let columns = 10; performance.now() - began < 1000; columns = 30 - columns) {
    display.resized({ columns, rows: 3 });
    await turn();
  }
  display.close();
  // Each takes 20 ms, and 80 ms belong to others.
  expect(frames).toBeGreaterThan(1);
  expect(frames).toBeLessThan(12);
});

test('a key press after a frame that took long waits 100 ms at most', async () => {
  const output = new PassThrough();
  const display = displayOn(output);
  const pauses: number[] = [];
  let ended = 0;
  const busy = (surface: Surface) => {
    const start = performance.now();
    if (ended > 0) pauses.push(start - ended);
    surface.text(0, 0, `frame ${pauses.length}`);
    while (performance.now() - start < 100);
    ended = performance.now();
  };
  display.open();
  while (pauses.length < 3) {
    display.draw(busy, 'now');
    await once(output, 'data');
  }
  display.close();
  expect(Math.min(...pauses)).toBeGreaterThan(90);
  // The machine may be busy.
  expect(Math.min(...pauses)).toBeLessThan(200);
});

test('titles and copied texts are clean and bounded', async () => {
  const output = new PassThrough();
  const display = displayOn(output);
  const sent = async () => {
    await turn();
    return String(output.read() ?? '');
  };
  display.title('corkboard');
  display.copy('not open');
  expect(await sent()).toBe('');
  display.open();
  expect(await sent()).toBe(`${opening}\x1b]2;corkboard\x1b\\`);
  display.title(`a\x07b\x1b]2;\n${'x'.repeat(100)}`);
  expect(await sent()).toBe(`\x1b]2;a␇b␛]2; ${'x'.repeat(52)}\x1b\\`);
  display.copy('news#17 é');
  expect(await sent()).toBe(`\x1b]52;c;${Buffer.from('news#17 é').toString('base64')}\x1b\\`);
  display.copy('x'.repeat(1_000_000));
  expect((await sent()).length).toBeLessThan(90_000);
  display.close();
  display.close();
  display.title('later');
  expect(await sent()).toBe(closing);
});

test('a stream that fails is not written to again', async () => {
  const failure = new Error('EIO');
  const output = new Writable({ write: (_piece, _encoding, done) => done(failure) });
  const display = displayOn(output);
  display.open();
  await once(output, 'error');
  display.draw((surface) => void surface.text(0, 0, 'x'), 'now');
  await turn();
  display.close();
  expect(output.errored).toBe(failure);
});

test.each([
  [{}, { colours: 1, utf8: true }],
  [
    { TERM: 'xterm-256color', LANG: 'en_US.UTF-8' },
    { colours: 8, utf8: true },
  ],
  [{ TERM: 'xterm' }, { colours: 4, utf8: true }],
  [
    { TERM: 'linux', LC_ALL: 'C' },
    { colours: 4, utf8: false },
  ],
  [
    { TERM: 'xterm', COLORTERM: 'truecolor' },
    { colours: 8, utf8: true },
  ],
  [
    { TERM: 'xterm-256color', NO_COLOR: '1' },
    { colours: 1, utf8: true },
  ],
  [
    { TERM: 'xterm-256color', NO_COLOR: '' },
    { colours: 8, utf8: true },
  ],
  [{ TERM: 'unknown' }, { colours: 1, utf8: true }],
  [
    { LC_ALL: '', LC_CTYPE: 'de_DE.ISO-8859-1', LANG: 'de_DE.UTF-8' },
    { colours: 1, utf8: false },
  ],
])('a terminal with the variables %j is drawn with %j', (environment, abilities) => {
  expect(abilitiesOf(environment)).toEqual(abilities);
});
