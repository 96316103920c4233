import { boardError, shortened } from '../errors.ts';
import { parseMessageNumber } from '../message-number.ts';
import { parseWholeNumber } from '../whole-number.ts';

const leadingSpace = /^[ \t]+/;

/** The properties of an opening quote. */
interface Quotes {
  readonly closing: string;
  /** Whether it is an apostrophe, and part of a word, if there is no closing quote. */
  readonly apostrophe?: true;
}

const quotes: Readonly<Record<string, Quotes>> = {
  "'": { closing: "'", apostrophe: true },
  '‘': { closing: '’', apostrophe: true },
  '‚': { closing: '‘’' },
  '“': { closing: '”' },
  '”': { closing: '”' },
  '„': { closing: '“”' },
  '«': { closing: '»' },
  '»': { closing: '«»' },
};

/** The text after a command word, read from left to right. */
export class Arguments {
  private rest: string;

  constructor(text: string) {
    this.rest = text.replace(leadingSpace, '');
  }

  get empty(): boolean {
    return this.rest === '';
  }

  /** The words that are left, without regard to quotes. */
  get ahead(): readonly string[] {
    return this.rest.split(/[ \t]+/).filter((word) => word !== '');
  }

  /** @throws BoardError `INVALID_PARAMS` if nothing is left */
  word(what: string): string {
    if (this.empty) throw boardError('INVALID_PARAMS', `the ${what} is missing`);
    const [word = ''] = /^[^ \t]+/.exec(this.rest) ?? [];
    this.advance(word.length);
    return word;
  }

  /**
   * One word, or several words in quotes. In `"…"`, `\"` and `\\` stand for `"` and `\`. Other quotes
   * (`'…'`, `“…”`, `‘…’`, `„…“`, `«…»`) have no escapes. They end only at a closing quote before a space
   * or the end of the line, so that an apostrophe in a word does not end them.
   * @throws BoardError `INVALID_PARAMS` if nothing is left, or the closing quote is missing
   */
  quoted(what: string): string {
    if (this.rest.startsWith('"')) return this.escaped(what);
    const pair = quotes[this.rest.charAt(0)];
    if (!pair) return this.word(what);
    const { closing, apostrophe } = pair;
    for (let end = 1; end < this.rest.length; end++) {
      if (!closing.includes(this.rest.charAt(end))) continue;
      if (!/^[ \t]?$/.test(this.rest.charAt(end + 1))) continue;
      const text = this.rest.slice(1, end);
      this.advance(end + 1);
      return text.trim();
    }
    if (apostrophe) return this.word(what);
    const ends = [...closing].join(' or ');
    throw boardError('INVALID_PARAMS', `the ${what} has no closing quote: ${ends}`);
  }

  /** A whole number of at least one. */
  number(what: string): number {
    return this.wholeNumber(what, this.word(what));
  }

  /** The number of a message: `5`, `#5`, or `last` for the newest. */
  messageNumber(what: string): number | 'last' {
    const word = this.word(what);
    return parseMessageNumber(word) ?? this.wholeNumber(what, word);
  }

  /** The rest of the line, unchanged. */
  remainder(what: string): string {
    if (this.empty) throw boardError('INVALID_PARAMS', `the ${what} is missing`);
    const { rest } = this;
    this.rest = '';
    return rest;
  }

  /** @throws BoardError `INVALID_PARAMS` if anything is left */
  end(): void {
    const left = this.rest.trimEnd();
    if (left) throw boardError('INVALID_PARAMS', `"${shortened(left)}" is too much`);
  }

  private escaped(what: string): string {
    const [whole] = /^"(?:[^"\\]|\\.)*"/.exec(this.rest) ?? [];
    if (whole === undefined) {
      throw boardError('INVALID_PARAMS', `the ${what} has no closing quote`);
    }
    const next = this.rest[whole.length];
    if (next !== undefined && next !== ' ' && next !== '\t') {
      throw boardError('INVALID_PARAMS', `a space is missing after the ${what}`);
    }
    this.advance(whole.length);
    return whole.slice(1, -1).replace(/\\(["\\])/g, '$1');
  }

  private wholeNumber(what: string, word: string): number {
    const value = parseWholeNumber(word, 1);
    if (value === undefined) {
      throw boardError(
        'INVALID_PARAMS',
        `the ${what} is a number from 1 up, not "${shortened(word)}"`,
      );
    }
    return value;
  }

  private advance(length: number): void {
    this.rest = this.rest.slice(length).replace(leadingSpace, '');
  }
}
