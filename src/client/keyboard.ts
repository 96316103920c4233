import { emitKeypressEvents, type Interface, type Key } from 'node:readline';
import type { ReadStream } from 'node:tty';

// Tab is text as long as nothing completes it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/;

interface Press {
  readonly text: string | undefined;
  readonly key: Key;
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

  constructor(
    private readonly input: ReadStream,
    private readonly readline: Interface,
  ) {
    emitKeypressEvents(input);
    input.setRawMode(true);
    input.on('keypress', this.receive);
    input.once('end', this.end);
    input.resume();
  }

  /** Lets the terminal read lines by itself again. */
  close(): void {
    this.hold();
    this.input.off('keypress', this.receive);
    this.input.off('end', this.end);
    this.input.setRawMode(false);
    this.input.pause();
  }

  /** Gives the terminal back while the program is stopped (Ctrl-Z), and takes it when it goes on. */
  suspend(resumed: () => void): void {
    this.input.setRawMode(false);
    process.once('SIGCONT', () => {
      this.input.setRawMode(true);
      resumed();
    });
    process.kill(process.pid, 'SIGTSTP');
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
    for (const { text, key } of held) this.receive(text, key);
    this.flush();
  }

  private readonly end = () => this.readline.close();

  /** Gives the keys to `taker` from here on, or to readline again. */
  divert(taker: ((text: string, key: Key) => void) | undefined): void {
    this.taker = taker;
  }

  private readonly receive = (text: string | undefined, key: Key) => {
    if (this.taker && !this.holding) {
      this.taker(text ?? '', key);
      return;
    }
    if (this.holding && !(key.ctrl && key.name === 'c')) {
      this.held.push({ text, key });
      return;
    }
    if (text === undefined || key.ctrl || key.meta || control.test(text)) {
      this.flush();
      this.readline.write(text ?? '', key);
      return;
    }
    // The keys that came in one piece are all told in one turn of the event loop.
    if (this.text === '') process.nextTick(() => this.flush());
    this.text += text;
  };

  private flush(): void {
    const { text } = this;
    this.text = '';
    if (text !== '') this.readline.write(text);
  }
}
