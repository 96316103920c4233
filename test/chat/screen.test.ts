import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { WriteStream } from 'node:tty';
import { Terminal } from '@xterm/headless';
import { expect, test } from 'vitest';
import { EditedLine } from '../../src/chat/terminal/edited-line.ts';
import { Screen } from '../../src/chat/terminal/screen.ts';

/** A screen whose output a real terminal emulator draws. */
function drawnScreen(columns = 30, rows = 10) {
  const terminal = new Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    convertEol: true,
    reflowCursorLine: true,
  });
  const output = Object.assign(new PassThrough(), { columns, rows, isTTY: true });
  output.on('data', (bytes: Buffer) => terminal.write(bytes));
  const line = new EditedLine(output as unknown as WriteStream, []);
  const screen = new Screen(output as unknown as WriteStream, line);
  return {
    screen,
    line,
    resize: (columns: number) => {
      terminal.resize(columns, rows);
      output.columns = columns;
      output.emit('resize');
    },
    /** The rows once everything written is drawn. */
    drawn: async () => {
      await turn();
      await turn();
      await new Promise<void>((resolve) => terminal.write('', resolve));
      const { active } = terminal.buffer;
      return Array.from({ length: active.length }, (_, row) =>
        active.getLine(row)?.translateToString(true),
      )
        .join('\n')
        .trimEnd();
    },
  };
}

test('text is printed above the prompt, and the line below it stays as it was typed', async () => {
  const { screen, line, drawn } = drawnScreen();
  screen.show('> ');
  line.type('half a thought');
  line.press('left', 7);
  screen.print('one\n');
  screen.print('two\n');
  expect(await drawn()).toBe('one\ntwo\n> half a thought');
  line.type('X');
  expect(await drawn()).toBe('one\ntwo\n> half a Xthought');
});

test('a line of several rows is taken off the screen whole, also after the window became narrower', async () => {
  const { screen, line, drawn, resize } = drawnScreen();
  screen.show('> ');
  line.type('x'.repeat(40));
  await drawn();
  resize(15);
  await drawn();
  screen.print('notice\n');
  expect(await drawn()).toBe(`notice\n> ${'x'.repeat(13)}\n${'x'.repeat(15)}\n${'x'.repeat(12)}`);
});

test('output waits while another program uses the terminal, and is printed afterwards', async () => {
  const { screen, drawn } = drawnScreen();
  screen.show('> ');
  screen.lend();
  screen.print('meanwhile\n');
  expect(await drawn()).toBe('>');
  screen.takeBack();
  expect(await drawn()).toBe('meanwhile\n>');
});

test('output after an answer is printed below the answer', async () => {
  const { screen, line, drawn } = drawnScreen();
  screen.show('> ');
  line.type('%ping');
  screen.endRow();
  screen.leave();
  screen.print('pong\n');
  expect(await drawn()).toBe('> %ping\npong');
});
