import { emitKeypressEvents, type Interface, type Key } from 'node:readline';
import { PassThrough } from 'node:stream';
import { Sequences } from '../../terminal/sequences.ts';
import type { TerminalInput } from './streams.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/;

export interface Press {
  readonly text: string | undefined;
  readonly key: Key;
}

/** The name of the key event for a whole paste. Its sequence is the pasted text. */
export const pasteKey = 'paste';
export const returnKey: Press = { text: '\r', key: { name: 'return', sequence: '\r' } };

/** The keys that type `text`. A tab in the text is inserted, and completes nothing. */
export function pressesOf(text: string): Press[] {
  return [...text].map((character) => ({ text: character, key: { sequence: character } }));
}

/** The keys that type `lines`, with Return between them and none after the last line. */
export function asPresses(lines: readonly string[]): Press[] {
  return lines.flatMap((line, index) => [...(index > 0 ? [returnKey] : []), ...pressesOf(line)]);
}

/**
 * Passes the keys of a terminal to readline while a question is shown. If readline read them itself, it
 * would insert all but the last character of a paste at the end of the line, and lose count of the rows
 * of the line (seen with Node 20.20). Text that is typed or pasted at once is passed in one piece,
 * because the cost of each piece grows with the length of the line.
 */
export class Keyboard {
  /** Characters that are passed to readline together. */
  private text = '';
  private holding = true;
  /** The callback that gets the keys instead of readline. */
  private taker: ((text: string, key: Key) => void) | undefined;
  private held: Press[] = [];
  /** The pasted text so far, after the first mark of the terminal. */
  private pasted: string | undefined;

  /** The input without unknown sequences. */
  private readonly known = new PassThrough();
  private readonly sequences: Sequences;

  /**
   * @param intercept called with a key before readline; returns true if it has handled the key
   * @param broken called for typed bytes that are not UTF-8
   */
  constructor(
    private readonly input: TerminalInput,
    private readonly readline: Interface,
    private readonly intercept: (key: Key) => boolean,
    broken: () => void,
  ) {
    const { known } = this;
    this.sequences = new Sequences({ keys: (text) => void known.write(text), broken });
    emitKeypressEvents(known);
    known.on('keypress', this.gather);
    input.on('data', this.read);
    // Reading from a closed terminal fails.
    for (const event of ['end', 'error']) input.on(event, this.end);
    input.resume();
  }

  close(): void {
    this.hold();
    this.sequences.close();
    this.known.off('keypress', this.gather);
    this.input.off('data', this.read);
    this.input.off('end', this.end);
    this.input.pause();
  }

  /** Stops reading, because another program reads the terminal. */
  pause(): void {
    this.input.pause();
  }

  resume(): void {
    this.input.resume();
  }

  /** Keeps keys for the next question. Only Ctrl-C is passed on at once. */
  hold(): void {
    this.holding = true;
  }

  /** Passes on the kept keys, until one of them ends the question again. */
  release(): void {
    this.holding = false;
    const { held } = this;
    this.held = [];
    for (const press of held) this.receive(press);
    this.flush();
  }

  /** Presses keys before those that are kept. */
  press(presses: Press[]): void {
    this.held = [...presses, ...this.held];
    if (!this.holding) this.release();
  }

  /** Gives the keys to `taker` from now on, or to readline again. */
  divert(taker: ((text: string, key: Key) => void) | undefined): void {
    this.taker = taker;
  }

  /** Whether keys wait for a question. */
  get ahead(): boolean {
    return this.held.length > 0;
  }

  private readonly read = (chunk: Buffer) => this.sequences.push(chunk);

  private readonly end = () => this.readline.close();

  private readonly gather = (text: string | undefined, key: Key) => {
    if (key.name === 'paste-start') {
      this.pasted = '';
    } else if (this.pasted === undefined) {
      this.receive({ text, key });
    } else if (key.name === 'paste-end') {
      this.receive({ text: undefined, key: { name: pasteKey, sequence: this.pasted } });
      this.pasted = undefined;
    } else {
      this.pasted += key.sequence ?? text ?? '';
    }
  };

  private receive({ text, key }: Press): void {
    if (this.taker && !this.holding) {
      this.taker(text ?? '', key);
      return;
    }
    if (this.holding && !(key.ctrl && key.name === 'c')) {
      this.held.push({ text, key });
      return;
    }
    if (text === undefined || key.name === 'tab' || key.ctrl || key.meta || control.test(text)) {
      this.flush();
      if (!this.intercept(key)) this.readline.write(text ?? '', key);
      return;
    }
    // All keys of one piece are emitted in one turn of the event loop.
    if (this.text === '') process.nextTick(() => this.flush());
    this.text += text;
  }

  private flush(): void {
    const { text } = this;
    this.text = '';
    if (text !== '') this.readline.write(text);
  }
}
