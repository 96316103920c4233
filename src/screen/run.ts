import type { Readable, Writable } from 'node:stream';
import type { BoardClient } from '../client/board-client.ts';
import type { KeyTable } from './keys/key-table.ts';
import { Program } from './program/program.ts';
import { abilitiesOf, type Environment } from './terminal/abilities.ts';
import { Display, drawnSize, type Size } from './terminal/display.ts';
import { Keys } from './terminal/keys.ts';
import { type DraftStore, draftsInMemory } from './widgets/drafts.ts';

export interface ScreenOptions {
  readonly board: BoardClient;
  readonly input: Readable;
  readonly output: Writable;
  /** The size of the terminal at the moment. `onResize` calls a listener after a change; its result ends that. */
  readonly size: Size & { onResize(listener: () => void): () => void };
  /** Variables of the person at the terminal: TERM, COLORTERM, NO_COLOR, LANG, LC_ALL, LC_CTYPE, TZ. */
  readonly environment: Environment;
  /** Names the board, such as `board.example`. */
  readonly title: string;
  readonly keys: KeyTable;
  /** A sentence for the row of messages, which the user has not been able to read before. */
  readonly notice?: string | undefined;
  /** Where texts are kept that are not sent. In memory if it is left out. */
  readonly drafts?: DraftStore | undefined;
  /**
   * Lends the terminal to the user's editor. Left out where there is none. @returns undefined if the text stays as it was
   * @throws Error with a sentence for the user
   */
  readonly editor?: (text: string) => Promise<string | undefined>;
  /** Stops the program until the user brings it back: `Ctrl-Z`. Left out where nobody can bring it back. */
  readonly suspend?: () => Promise<void>;
  /** Calls a listener when another program asks this one to stop; its result ends that. */
  readonly onStop?: (listener: () => void) => () => void;
  /** Ends the screen when aborted. */
  readonly gone: AbortSignal;
  /** A clock that never goes back, in milliseconds. `performance.now` if it is left out. */
  readonly now?: () => number;
}

/**
 * Shows the board on a terminal until the user leaves, the session ends, or `gone` is aborted. The terminal is then as it was
 * before. It closes neither the streams nor the board.
 * @returns why the screen has ended. Undefined if the user has left
 */
export function runScreen(options: ScreenOptions): Promise<string | undefined> {
  const { board, input, output, size, environment, title, gone } = options;
  const { drafts = draftsInMemory(), now = () => performance.now() } = options;
  return new Promise((resolve) => {
    const display = new Display(output, {
      size,
      ...abilitiesOf(environment),
      sent: () => program.frameSent(),
    });
    let isOver = false;
    const end = (reason?: string) => {
      isOver = true;
      program.stop();
      keys.close();
      stopResizing();
      stopListening?.();
      gone.removeEventListener('abort', leave);
      output.off('close', leave);
      input.off('end', leave);
      display.close();
      resolve(reason);
    };
    const leave = () => end();
    const lend = async <T>(use: () => Promise<T>): Promise<T> => {
      keys.pause();
      display.close();
      try {
        return await use();
      } finally {
        if (!isOver) {
          display.open();
          keys.resume();
        }
      }
    };
    const { suspend: stop, editor: edit } = options;
    const suspend = stop && (() => lend(stop));
    const editor = edit && ((text: string) => lend(() => edit(text)));
    const program = new Program({
      board,
      size: () => drawnSize(size),
      title,
      zone: environment.TZ,
      now,
      keys: options.keys,
      redraw: (pace) => display.draw(program.draw, pace),
      drafts,
      terminal: {
        repaint: () => display.redraw(),
        copy: (text) => display.copy(text),
        suspend,
        editor,
      },
      leave: end,
    });
    const keys = new Keys(input, (event) => program.press(event));
    const stopResizing = size.onResize(() => {
      display.resized({ columns: size.columns, rows: size.rows });
    });
    const stopListening = options.onStop?.(() => void suspend?.());
    gone.addEventListener('abort', leave, { once: true });
    output.on('close', leave);
    input.on('end', leave);
    display.title(title);
    display.open();
    program.start();
    if (options.notice !== undefined) program.say(options.notice);
    // Streams that have ended before tell it to no listener.
    if (gone.aborted || output.destroyed || input.readableEnded || input.destroyed) end();
  });
}
