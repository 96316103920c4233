import { boardError, shortened } from '../errors.ts';

const leadingSpace = /^[ \t]+/;

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

  /** One word, or several in double quotes, in which `\"` and `\\` stand for `"` and `\`. */
  quoted(what: string): string {
    if (!this.rest.startsWith('"')) return this.word(what);
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

  /** A whole number of at least one. */
  number(what: string): number {
    const word = this.word(what);
    const value = Number(word);
    if (!/^\d+$/.test(word) || !Number.isSafeInteger(value) || value < 1) {
      throw boardError(
        'INVALID_PARAMS',
        `the ${what} is a number from 1 up, not "${shortened(word)}"`,
      );
    }
    return value;
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

  private advance(length: number): void {
    this.rest = this.rest.slice(length).replace(leadingSpace, '');
  }
}
