import { isUtf8 } from 'node:buffer';

const esc = '\x1b';
// How long to wait for the rest of a sequence, in milliseconds. After Escape alone the wait is short,
// because it may be the key.
const sequenceTimeout = 2000;
const escapeTimeout = 100;
// Longer sequences are cut.
const longest = 4096;

// These match the characters after the escape character. Control strings (OSC, DCS, SOS, PM, APC) end
// with BEL or ST. Escape, CAN, SUB and here also the end of a line end them too.
const stringStart = '[\\]PX^_]';
const stringText = '[^\\u0007\\u001b\\u0018\\u001a\\r\\n]*';
const stringEnd = '(?:\\u0007|\\u001b\\\\|[\\u0018\\u001a])';
const control = '\\[[0-?]*[ -/]*';
const mouse = '\\[M[\\s\\S]';
const partial = new RegExp(
  `^(?:|\\u001b|\\u001b?(?:\\[\\[|${mouse}{0,2}|${control}|O[0-9;]*)|${stringStart}${stringText}\\u001b?)$`,
);
const whole = new RegExp(
  `^(?:\\u001b?(?:\\[\\[[A-E]|${mouse}{3}|${control}[@-~]|O[0-9;]*[ -~])|${stringStart}${stringText}${stringEnd})`,
);
const broken = new RegExp(`^(?:${control}|${stringStart}${stringText})`);

// Sequences that Node's readline knows, by the final letter and by the number before a `~`.
const knownLetter = /^(?:\[(?:1;[2-8])?[A-HPQRSZ]|\[\[[A-E]|O[2-8]?[A-HPQRSMjkpqy])$/;
const knownNumber = /^\[(?:[1-8]|1[1-57-9]|2[01345689]|3[1-4]|20[01])(?:;[2-8])?[~^$]$/;

// A key in the form of xterm's modifyOtherKeys, and of kitty's keyboard protocol.
const otherKey = /^\[27;(\d+);(\d+)~$/;
const kittyKey = /^\[(\d+)(?::[\d:]*)?(?:;(\d+)(?::(\d+))?)?(?:;[\d:]*)?u$/;

interface Owner {
  /** Called with keys in a form that readline understands. */
  keys(text: string): void;
  /** Called once for each run of bytes that are not UTF-8. They are dropped. */
  broken(): void;
}

/**
 * Passes on the escape sequences that readline knows, and drops all others, however they are split.
 * Readline would insert the end of an unknown sequence into the line. A key that a terminal reports by
 * a sequence, such as Shift+Enter, becomes the key without modifiers that readline does not know.
 * ECMA-48 has the form of control sequences in section 5.4, and of control strings in 5.6.
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
    // If the program is busy, the rest may have arrived in time and not been read yet.
    const late = () => setImmediate(() => this.held === held && this.giveUp());
    this.timer = setTimeout(late, isEscape(held) ? escapeTimeout : sequenceTimeout);
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

  /** The rest did not come in time: Escape was pressed alone, or the sequence is broken. */
  private giveUp(): void {
    const { held } = this;
    this.held = '';
    if (isEscape(held)) this.owner.keys(held);
  }

  /** Decodes bytes, however they are split. */
  private decode(chunk: Buffer): string {
    const bytes = Buffer.concat([this.bytes, chunk]);
    const end = bytes.length - unfinished(bytes);
    this.bytes = bytes.subarray(end);
    const whole = bytes.subarray(0, end);
    if (isUtf8(whole)) return whole.toString();
    this.owner.broken();
    // A typed U+FFFD is lost with them.
    return whole.toString().replaceAll('\ufffd', '');
  }
}

/** Whether Escape was pressed, once or twice. */
function isEscape(held: string): boolean {
  return held === esc || held === esc + esc;
}

/** How many bytes at the end belong to a character that is not complete yet. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** The text that readline gets in place of a sequence. */
function meaning(sequence: string): string {
  // rxvt sends Escape and the sequence for a key that is pressed with Alt.
  if (sequence.startsWith(esc)) {
    const key = meaning(sequence.slice(1));
    return key.startsWith(esc) ? esc + key : key;
  }
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

/** A key in the traditional form. @param modifiers 1 plus a bit each for Shift, Alt and Ctrl */
function plainKey(code: number, modifiers: number): string {
  // Surrogates are not characters, and in the private area after them kitty has keypads and media keys.
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
