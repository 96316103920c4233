import { boardError, shortened } from '../errors.ts';
import { parseWholeNumber } from '../whole-number.ts';

const leadingSpace = /^[ \t]+/;

/** An opening quote, and those that close it. */
interface Quotes {
  readonly closing: string;
  /** Whether it is an apostrophe, and so part of a word, if nothing closes it. */
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

/** What follows a command word, taken apart from left to right. */
export class Arguments {
  private rest: string;

  constructor(text: string) {
    this.rest = text.replace(leadingSpace, '');
  }

  get empty(): boolean {
    return this.rest === '';
  }

  /** @throws BoardError `INVALID_PARAMS` if nothing is left */
  word(what: string): string {
    if (this.empty) throw boardError('INVALID_PARAMS', `the ${what} is missing`);
    const [word = ''] = /^[^ \t]+/.exec(this.rest) ?? [];
    this.advance(word.length);
    return word;
  }

  /**
   * One word, or several in quotes: `"…"`, in which `\"` and `\\` stand for `"` and `\`, or `'…'`,
   * `“…”`, `‘…’`, `„…“`, `«…»` and their like, as they are. Those end at a closing quote with a
   * space or the end of the line after it, so that an apostrophe in a word ends nothing.
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
    return word.toLowerCase() === 'last' ? 'last' : this.wholeNumber(what, word.replace(/^#/, ''));
  }

  /** All that is left, as it stands. */
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
      throw boardError('INVALID_PARAMS', `a space is missing behind the ${what}`);
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
