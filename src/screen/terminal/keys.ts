import type { Readable } from 'node:stream';
import { limits } from '../../protocol/limits.ts';
import { Sequences } from '../../terminal/sequences.ts';

export interface KeyPress {
  /**
   * The name of the key: `a`, `A`, `é`, `space`, `enter`, `esc`, `tab`, `backtab`, `backspace`, `delete`, `insert`, `up`, `down`,
   * `left`, `right`, `home`, `end`, `pageup`, `pagedown`, `f1` to `f12`, with `ctrl-`, `alt-` and `shift-` before it in this order.
   */
  readonly key: string;
  /** What the key types, if it types something: one code point. */
  readonly text?: string;
}

/** A text that was pasted, with the line ends and control characters that it had. */
export interface Paste {
  readonly paste: string;
  /** Set if the paste was longer than a message can be, and its end is missing. */
  readonly isCut?: true;
}

export type KeyEvent = KeyPress | Paste;

// In UTF-16 code units. A message has at most so many bytes.
const longestPaste = limits.content;
const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';
const ctrlC = '\x03';

// biome-ignore lint/suspicious/noControlCharactersInRegex: keys that are no characters begin with Escape
const unit = /\x1b?\x1b(?:\[\[[A-E]|\[[0-9;]*[A-Za-z~^$]|O[0-9;]*[A-Za-z])|\x1b[^\x1b]|[\s\S]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const sequence = /^(\x1b?)\x1b(?:\[\[([A-E])|\[(\d*)(?:;(\d+))?([A-Za-z~^$])|O(\d*)([A-Za-z]))$/;

const byLetter: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'clear',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'backtab',
  M: 'enter',
};
const byNumber: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/**
 * Reads the keys of a terminal from any stream. Escape alone is a key after 100 ms. Sequences that no key is known for are
 * dropped, and so are bytes that are not UTF-8.
 */
export class Keys {
  private readonly sequences: Sequences;
  /** The paste so far, after the first mark of the terminal. */
  private pasted: string | undefined;
  private isCut = false;

  /** @param receive called with each key, in order */
  constructor(
    private readonly input: Readable,
    private readonly receive: (event: KeyEvent) => void,
  ) {
    this.sequences = new Sequences({ keys: (text) => this.read(text), broken: () => {} });
    input.on('error', this.failed);
    // A stream that somebody has read before and paused does not go on by itself.
    this.resume();
  }

  /** Stops reading, because another program reads the terminal. */
  pause(): void {
    this.input.off('data', this.push);
    this.input.pause();
  }

  resume(): void {
    this.input.on('data', this.push);
    this.input.resume();
  }

  close(): void {
    this.sequences.close();
    this.pause();
  }

  private readonly push = (chunk: Buffer | string) => {
    this.sequences.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  };

  // Reading from a closed terminal fails. The owner of the stream ends the session.
  private readonly failed = () => {};

  private read(text: string): void {
    for (const [part] of text.matchAll(unit)) {
      if (this.pasted !== undefined) this.readPaste(part);
      else if (part === pasteStart) this.pasted = '';
      else {
        const press = pressOf(part);
        if (press) this.receive(press);
      }
    }
  }

  /** Terminals leave Ctrl-C out of pastes, so it is a way out if the end of a paste was lost. */
  private readPaste(part: string): void {
    if (part !== pasteEnd && part !== ctrlC) {
      const paste = this.pasted ?? '';
      if (paste.length + part.length > longestPaste) this.isCut = true;
      else this.pasted = paste + part;
      return;
    }
    const paste = this.pasted ?? '';
    const { isCut } = this;
    this.pasted = undefined;
    this.isCut = false;
    this.receive(isCut ? { paste, isCut } : { paste });
  }
}

function pressOf(part: string): KeyPress | undefined {
  const [whole, meta, console, number, modifiers, last = '', ssModifiers, ssLast] =
    sequence.exec(part) ?? [];
  if (whole !== undefined) {
    const name = console
      ? `f${'ABCDE'.indexOf(console) + 1}`
      : last === '~' || last === '^' || last === '$'
        ? byNumber[number ?? '']
        : byLetter[ssLast ?? last];
    if (name === undefined) return undefined;
    // rxvt says Ctrl and Shift by the last letter.
    const bits =
      (Number(modifiers ?? (ssModifiers || 1)) - 1) |
      (last === '^' ? 4 : last === '$' ? 1 : 0) |
      (meta ? 2 : 0);
    return { key: withModifiers(name, bits) };
  }
  if (part.length > 1 && part.startsWith('\x1b')) {
    const { key } = characterPress(part.slice(1));
    return { key: key.startsWith('ctrl-') ? key.replace('ctrl-', 'ctrl-alt-') : `alt-${key}` };
  }
  return characterPress(part);
}

function withModifiers(name: string, bits: number): string {
  const ctrl = bits & 4 ? 'ctrl-' : '';
  const alt = bits & 2 ? 'alt-' : '';
  const shift = bits & 1 ? 'shift-' : '';
  if (name === 'tab' && shift) return `${ctrl}${alt}backtab`;
  return `${ctrl}${alt}${shift}${name}`;
}

function characterPress(character: string): KeyPress {
  const code = character.codePointAt(0) ?? 0;
  switch (character) {
    case ' ':
      return { key: 'space', text: ' ' };
    case '\r':
    case '\n':
      return { key: 'enter' };
    case '\t':
      return { key: 'tab' };
    case '\x1b':
      return { key: 'esc' };
    case '\x7f':
    case '\b':
      return { key: 'backspace' };
    case '\0':
      return { key: 'ctrl-space' };
  }
  if (code < 0x20) return { key: `ctrl-${String.fromCharCode(code + 0x40).toLowerCase()}` };
  if (code >= 0x80 && code < 0xa0) return { key: 'unknown' };
  return { key: character, text: character };
}
