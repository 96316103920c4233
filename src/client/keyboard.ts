import { emitKeypressEvents, type Interface, type Key } from 'node:readline';
import type { ReadStream } from 'node:tty';

// Tab is text as long as nothing completes it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/**
 * Hands the keys of a terminal to readline, with what is typed or pasted at once in one piece.
 * Left to read the keys itself, readline puts all but the last character of a paste at the end of
 * the line, wherever the cursor is, and forgets how many rows the line has grown to (Node 20 to 24,
 * the path without completion in its `insertString`).
 */
export class Keyboard {
  private text = '';

  constructor(
    private readonly input: ReadStream,
    private readonly readline: Interface,
  ) {
    emitKeypressEvents(input);
    input.setRawMode(true);
    input.on('keypress', this.press);
    input.once('end', this.end);
    input.resume();
  }

  /** Lets the terminal read lines by itself again. */
  close(): void {
    this.input.off('keypress', this.press);
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

  private readonly end = () => this.readline.close();

  private readonly press = (text: string | undefined, key: Key) => {
    if (text !== undefined && !key.ctrl && !key.meta && !control.test(text)) {
      // The keys that came in one piece are all told in one turn of the event loop.
      if (this.text === '') process.nextTick(() => this.flush());
      this.text += text;
      return;
    }
    this.flush();
    this.readline.write(text ?? '', key);
  };

  private flush(): void {
    const { text } = this;
    this.text = '';
    if (text !== '') this.readline.write(text);
  }
}
