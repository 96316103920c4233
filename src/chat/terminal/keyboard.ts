import { emitKeypressEvents, type Interface, type Key } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { Sequences } from './sequences.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/;

export interface Press {
  readonly text: string | undefined;
  readonly key: Key;
}

/** The key that stands for everything that was pasted at once. */
export const pasteKey = 'paste';
export const returnKey: Press = { text: '\r', key: { name: 'return', sequence: '\r' } };

/** The keys that type `text`. A tab among them is text, and completes nothing. */
export function pressesOf(text: string): Press[] {
  return [...text].map((character) => ({ text: character, key: { sequence: character } }));
}

/** The keys that type `lines`, with Return between them and none after the last line. */
export function asPresses(lines: readonly string[]): Press[] {
  return lines.flatMap((line, index) => [...(index > 0 ? [returnKey] : []), ...pressesOf(line)]);
}

/**
 * Hands the keys of a terminal to readline when it is to have them. Left to read them by itself,
 * readline puts all but the last character of a paste at the end of the line, wherever the cursor
 * is, and forgets how many rows the line has grown to (seen with Node 20.20). What is typed or
 * pasted at once goes over in one piece, because each piece costs as much as the line is long.
 */
export class Keyboard {
  /** Characters that go to readline together. */
  private text = '';
  private holding = true;
  /** Who gets the keys in place of readline. */
  private taker: ((text: string, key: Key) => void) | undefined;
  private held: Press[] = [];
  /** What was pasted so far, between the marks of the terminal. */
  private pasted: string | undefined;

  /** What comes from the terminal, as far as readline knows it. */
  private readonly known = new PassThrough();
  private readonly sequences: Sequences;

  /**
   * @param intercept takes a key before readline does; true if it wanted it
   * @param broken is told of typed bytes that are not UTF-8
   */
  constructor(
    private readonly input: ReadStream,
    private readonly readline: Interface,
    private readonly intercept: (key: Key) => boolean,
    broken: () => void,
  ) {
    const { known } = this;
    this.sequences = new Sequences({ keys: (text) => void known.write(text), broken });
    emitKeypressEvents(known);
    known.on('keypress', this.gather);
    input.on('data', this.read);
    // A terminal that was closed is read with an error.
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

  /** Leaves what is typed to whoever reads the terminal too. */
  pause(): void {
    this.input.pause();
  }

  resume(): void {
    this.input.resume();
  }

  /** Keeps the keys for later, but for Ctrl-C, which is for now. */
  hold(): void {
    this.holding = true;
  }

  /** Hands on what was kept, until one of those keys makes it hold again. */
  release(): void {
    this.holding = false;
    const { held } = this;
    this.held = [];
    for (const press of held) this.receive(press);
    this.flush();
  }

  /** Lets keys be pressed before those that were kept. */
  press(presses: Press[]): void {
    this.held = [...presses, ...this.held];
    if (!this.holding) this.release();
  }

  /** Gives the keys to `taker` from here on, or to readline again. */
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
    // The keys that came in one piece are all told in one turn of the event loop.
    if (this.text === '') process.nextTick(() => this.flush());
    this.text += text;
  }

  private flush(): void {
    const { text } = this;
    this.text = '';
    if (text !== '') this.readline.write(text);
  }
}
