import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { Interrupts } from '../chat/terminal/streams.ts';
import { limits } from '../protocol/limits.ts';
import { displayWidth, graphemes } from '../protocol/unicode.ts';
import { Sequences } from '../terminal/sequences.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: keys that have no meaning here
const otherKeys = /\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^[O])?/g;
const bell = '\x07';

/**
 * Makes lines of the raw keys of a terminal, and shows what is typed, as the line discipline of a system does (stty(1)):
 * Backspace, Ctrl-U and Ctrl-W delete, Enter ends a line, Ctrl-D on an empty line ends the input, Ctrl-C interrupts. So the
 * terminals of visitors work alike, whether a system edits their lines or none does.
 */
export class TypedLines {
  /** Whole lines, each with a line feed. */
  readonly lines = new PassThrough();
  private readonly sequences: Sequences;
  /** The characters of the line, as a reader sees them, and their bytes. */
  private typed: string[] = [];
  private bytes = 0;
  private isShown = true;
  private interrupt: (() => void) | undefined;

  constructor(
    private readonly input: Readable,
    private readonly output: Writable,
  ) {
    this.sequences = new Sequences({
      keys: (text) => this.type(text.replace(otherKeys, '')),
      broken: () => void output.write(bell),
    });
    input.on('data', this.read).on('end', this.end).on('error', this.end);
    input.resume();
  }

  /** Ctrl-C, for whoever reads the lines. */
  readonly interrupts: Interrupts = (interrupt) => {
    this.interrupt = interrupt;
    return () => {
      this.interrupt = undefined;
    };
  };

  /** Whether what is typed is shown. */
  readonly echo = {
    off: () => {
      this.isShown = false;
    },
    on: () => {
      this.isShown = true;
    },
  };

  /** Leaves the input to others. @returns the keys that nobody has read */
  close(): string {
    this.sequences.close();
    this.input.off('data', this.read).off('end', this.end).off('error', this.end).pause();
    const entered: Buffer | null = this.lines.read();
    const rest = `${entered ?? ''}`.replaceAll('\n', '\r') + this.take();
    this.lines.end();
    return rest;
  }

  private readonly read = (chunk: Buffer) => this.sequences.push(chunk);

  private readonly end = () => {
    if (this.typed.length > 0) this.lines.write(`${this.take()}\n`);
    this.lines.end();
  };

  private type(text: string): void {
    for (const character of graphemes(text.replaceAll('\r\n', '\r'))) this.press(character);
  }

  private press(key: string): void {
    switch (key) {
      case '\r':
      case '\n':
        this.enter();
        break;
      case '\x03':
        this.show('^C');
        this.take();
        this.interrupt?.();
        break;
      case '\x04':
        if (this.typed.length === 0) this.lines.end();
        break;
      case '\x08':
      case '\x7f':
        this.delete(1);
        break;
      case '\x15':
        this.delete(Number.POSITIVE_INFINITY);
        break;
      case '\x17':
        this.delete(this.lastWord());
        break;
      default:
        this.add(key);
    }
  }

  private enter(): void {
    const line = this.take();
    // A secret is not shown, but that it was entered is.
    this.output.write('\n');
    if (this.lines.writable) this.lines.write(`${line}\n`);
  }

  private add(key: string): void {
    if (key < ' ' && key !== '\t') return;
    const bytes = Buffer.byteLength(key);
    if (this.bytes + bytes > limits.textLine) {
      this.output.write(bell);
      return;
    }
    this.bytes += bytes;
    this.typed.push(key);
    this.show(key);
  }

  /** Empties the line. @returns what it was */
  private take(): string {
    const line = this.typed.join('');
    this.typed = [];
    this.bytes = 0;
    return line;
  }

  /** How many characters the last word has, with the spaces after it. */
  private lastWord(): number {
    const { typed } = this;
    let begin = typed.length;
    while (begin > 0 && typed[begin - 1]?.trim() === '') begin--;
    while (begin > 0 && typed[begin - 1]?.trim() !== '') begin--;
    return typed.length - begin;
  }

  /** A mark that was typed after its letter goes with the letter. */
  private delete(count: number): void {
    const { typed } = this;
    let begin = Math.max(0, typed.length - count);
    while (begin > 0 && displayWidth(typed[begin] ?? '') === 0) begin--;
    const deleted = typed.splice(begin).join('');
    this.bytes -= Buffer.byteLength(deleted);
    const width = displayWidth(deleted);
    this.show(`${'\b'.repeat(width)}${' '.repeat(width)}${'\b'.repeat(width)}`);
  }

  private show(text: string): void {
    if (this.isShown) this.output.write(text);
  }
}
