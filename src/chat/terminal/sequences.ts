import { isUtf8 } from 'node:buffer';

const esc = '\x1b';
// How long the rest of a sequence may take to come, in milliseconds. A lone Escape is a key, and is
// not to be felt.
const patience = 2000;
const escapePatience = 100;
// No sequence that means anything is longer than this.
const longest = 4096;

// All of these are about what follows the escape character. Control strings (OSC, DCS, SOS, PM, APC)
// end with BEL or ST; Escape, CAN and SUB end them too, and so does the end of a line here.
const stringStart = '[\\]PX^_]';
const stringText = '[^\\u0007\\u001b\\u0018\\u001a\\r\\n]*';
const stringEnd = '(?:\\u0007|\\u001b\\\\|[\\u0018\\u001a])';
const control = '\\[[0-?]*[ -/]*';
const mouse = '\\[M[\\s\\S]';
const partial = new RegExp(
  `^(?:|\\[\\[|${mouse}{0,2}|${control}|O[0-9;]*|${stringStart}${stringText}\\u001b?)$`,
);
const whole = new RegExp(
  `^(?:\\[\\[[A-E]|${mouse}{3}|${control}[@-~]|O[0-9;]*[ -~]|${stringStart}${stringText}${stringEnd})`,
);
const broken = new RegExp(`^(?:${control}|${stringStart}${stringText})`);

// What Node's readline knows, by the final letter and by the number before a `~`.
const knownLetter = /^(?:\[(?:1;[2-8])?[A-HPQRSZ]|\[\[[A-E]|O[2-8]?[A-HPQRSMjkpqy])$/;
const knownNumber = /^\[(?:[1-8]|1[1-57-9]|2[01345689]|3[1-4]|20[01])(?:;[2-8])?[~^$]$/;

// A key as modifyOtherKeys of xterm tells it, and as kitty's keyboard protocol does.
const otherKey = /^\[27;(\d+);(\d+)~$/;
const kittyKey = /^\[(\d+)(?::[\d:]*)?(?:;(\d+)(?::(\d+))?)?(?:;[\d:]*)?u$/;

interface Owner {
  /** Takes what is left, as text that readline understands. */
  keys(text: string): void;
  /** Is told once of each run of bytes that are not UTF-8; they are left out. */
  broken(): void;
}

/**
 * Lets those sequences of a terminal through that readline knows, and swallows the others whole,
 * however they were split: readline would put their ends into the line. A key that a terminal tells
 * by a sequence of its own, such as Shift+Enter, becomes what the key is without it. ECMA-48,
 * section 5.4, has the form of control sequences, 5.6 that of control strings.
 */
export class Sequences {
  private bytes = Buffer.alloc(0);
  private held = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly owner: Owner) {}

  push(chunk: Buffer): void {
    clearTimeout(this.timer);
    this.held += this.decode(chunk);
    this.drain();
    if (this.held === '') return;
    const { held } = this;
    // In a busy program the rest may have come in time, and not have been read yet.
    const late = () => setImmediate(() => this.held === held && this.giveUp());
    this.timer = setTimeout(late, held === esc ? escapePatience : patience);
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private drain(): void {
    let out = '';
    while (this.held !== '') {
      const at = this.held.indexOf(esc);
      if (at !== 0) {
        out += at === -1 ? this.held : this.held.slice(0, at);
        this.held = at === -1 ? '' : this.held.slice(at);
        continue;
      }
      const after = this.held.slice(1, longest);
      if (after.length < longest - 1 && partial.test(after)) break;
      const [sequence] = whole.exec(after) ?? [];
      const [cut = ''] = sequence === undefined ? (broken.exec(after) ?? []) : [sequence];
      if (sequence !== undefined) out += meaning(sequence);
      // Escape and a character: a key pressed with Alt.
      else if (cut === '') out += this.held.slice(0, 2);
      this.held = this.held.slice(1 + (cut.length || 1));
    }
    if (out !== '') this.owner.keys(out);
  }

  /** Nothing more comes of what has begun: Escape was pressed alone, or the sequence is broken. */
  private giveUp(): void {
    const { held } = this;
    this.held = '';
    if (held === esc) this.owner.keys(held);
  }

  /** The text of bytes that come in any pieces. */
  private decode(chunk: Buffer): string {
    const bytes = Buffer.concat([this.bytes, chunk]);
    const end = bytes.length - unfinished(bytes);
    this.bytes = bytes.subarray(end);
    const whole = bytes.subarray(0, end);
    if (isUtf8(whole)) return whole.toString();
    this.owner.broken();
    // What was typed as U+FFFD is lost with them.
    return whole.toString().replaceAll('\ufffd', '');
  }
}

/** How many bytes at the end begin a character that is not whole yet. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** What readline is to see of a sequence. */
function meaning(sequence: string): string {
  const [, otherModifiers, otherCode] = otherKey.exec(sequence) ?? [];
  if (otherCode !== undefined) return plainKey(Number(otherCode), Number(otherModifiers));
  const [, kittyCode, kittyModifiers = '1', event = '1'] = kittyKey.exec(sequence) ?? [];
  if (kittyCode !== undefined) {
    // 3 is the release of a key.
    return event === '3' ? '' : plainKey(Number(kittyCode), Number(kittyModifiers));
  }
  const isKnown = knownLetter.test(sequence) || knownNumber.test(sequence);
  return isKnown ? `${esc}${sequence}` : '';
}

/** A key as terminals have always told it. @param modifiers 1, and a bit each for Shift, Alt and Ctrl */
function plainKey(code: number, modifiers: number): string {
  // Surrogates are no characters, and kitty has keypads and media keys in a private area after them.
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xf8ff)) return '';
  const [shift, alt, ctrl] = [1, 2, 4].map((bit) => ((modifiers - 1) & bit) !== 0);
  let key = String.fromCodePoint(code);
  if (ctrl && /^[a-z@[\\\]^_]$/i.test(key)) {
    key = String.fromCharCode(key.toUpperCase().charCodeAt(0) & 0x1f);
  } else if (shift) {
    key = key.toUpperCase();
  }
  return alt ? `${esc}${key}` : key;
}
