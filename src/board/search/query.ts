import { type BoardError, boardError, shortened } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import { parsePlace } from '../../protocol/search-place.ts';
import { parseTime } from '../../protocol/time.ts';
import { parseWholeNumber } from '../../protocol/whole-number.ts';
import type { SearchPlace } from '../ports/search.ts';
import { day, hour } from '../times.ts';
import { wordsOf } from './words.ts';

/** Words that follow one another in a subject or a content. */
export interface Term {
  /** As `wordsOf` makes them; at least one. */
  readonly words: readonly string[];
  /** Whether the last word may be the beginning of a longer one. */
  readonly isPrefix: boolean;
}

/** What a search looks for. A message has to meet all of it. */
export interface SearchQuery {
  readonly terms: readonly Term[];
  /** None of these may be in the message. */
  readonly excluded: readonly Term[];
  /** The name of the sender. */
  readonly from?: string;
  /** The group, by its name or its number. */
  readonly in?: string;
  /** The number of the thread's first message. Only with `in`. */
  readonly thread?: number;
  /** Only messages posted at this time or later, in microseconds since the epoch. */
  readonly after?: number;
  /** Only messages before this place. */
  readonly before?: SearchPlace;
  readonly isUnread?: true;
  readonly isMention?: true;
}

/** A word of the query as it was typed: `-"two words"` is `{ minus: true, text: 'two words', isQuoted: true }`. */
interface Piece {
  readonly minus: boolean;
  /** `from` in `from:dave`, in lower case. */
  readonly filter?: string;
  readonly text: string;
  readonly isQuoted: boolean;
}

const filters = /^(from|in|thread|after|before|is):/i;
const closing: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“', '«': '»' };

/**
 * Reads a query: words, `"a phrase"`, `begin*`, `-without`, and filters, as in `from:dave in:news`.
 * @param now the wall clock in microseconds, for ages such as `after:7d`
 * @throws BoardError `INVALID_PARAMS`, which says what to write
 */
export function parseQuery(text: string, now: number): SearchQuery {
  if (text.length > 2 * limits.searchQuery || [...text].length > limits.searchQuery) {
    throw wrong(`it is too long: at most ${limits.searchQuery} characters`);
  }
  const terms: Term[] = [];
  const excluded: Term[] = [];
  const found: Record<string, unknown> = {};
  for (const piece of piecesOf(text)) {
    const { filter, minus } = piece;
    if (filter === undefined) {
      const term = termOf(piece);
      if (term) (minus ? excluded : terms).push(term);
      continue;
    }
    if (minus) throw wrong(`only words can be left out with "-", not ${filter}:`);
    const [name, value] = readFilter(filter, piece.text, now);
    if (name in found)
      throw wrong(`${filter === 'is' ? `is:${piece.text}` : `${filter}:`} is there twice`);
    found[name] = value;
  }
  const words = [...terms, ...excluded].reduce((sum, term) => sum + term.words.length, 0);
  if (words > limits.searchWords) {
    throw wrong(`it has ${words} words: at most ${limits.searchWords}`);
  }
  if (terms.length + excluded.length === 0 && Object.keys(found).length === 0) {
    throw wrong(
      'say what to look for: words, "a phrase", word*, -word, or a filter such as from:name',
    );
  }
  const query: SearchQuery = { terms, excluded, ...found };
  if (query.thread !== undefined && query.in === undefined) {
    throw wrong('thread: needs in:, because each group has its own numbers');
  }
  return query;
}

function* piecesOf(text: string): Generator<Piece> {
  let rest = text.trim();
  while (rest !== '') {
    const minus = /^-./.test(rest);
    if (minus) rest = rest.slice(1);
    const [start, name] = filters.exec(rest) ?? [''];
    rest = rest.slice(start.length);
    const { value, isQuoted, length } = valueAt(rest);
    const filter = name && { filter: name.toLowerCase() };
    yield { minus, ...filter, text: value, isQuoted };
    rest = rest.slice(length).trimStart();
  }
}

/** The text in quotes, or the word, at the beginning of `rest`. A `*` after the closing quote is part of the text. */
function valueAt(rest: string): { value: string; isQuoted: boolean; length: number } {
  const quote = closing[rest.charAt(0)];
  if (quote === undefined) {
    const [value = ''] = /^\S*/.exec(rest) ?? [];
    return { value, isQuoted: false, length: value.length };
  }
  const end = rest.indexOf(quote, 1);
  if (end < 0) throw wrong(`the closing quote is missing: ${quote}`);
  return { value: rest.slice(1, end), isQuoted: true, length: end + 1 };
}

/** Undefined for a text without a letter or a digit. */
function termOf({ text, isQuoted }: Piece): Term | undefined {
  const words = wordsOf(text);
  const isPrefix = !isQuoted && /[\p{L}\p{N}]\*+$/u.test(text);
  return words.length === 0 ? undefined : { words, isPrefix };
}

function readFilter(filter: string, text: string, now: number): [name: string, value: unknown] {
  switch (filter) {
    case 'from':
      return ['from', given(filter, text.replace(/^@/, ''), 'a name, as in from:dave')];
    case 'in':
      return ['in', given(filter, text, 'a group, as in in:news or in:"book club"')];
    case 'thread': {
      const number = parseWholeNumber(text.replace(/^#/, ''), 1);
      if (number === undefined)
        throw wrong('thread: takes the number of a message, as in thread:17');
      return ['thread', number];
    }
    case 'after':
      return ['after', momentOf(filter, text, now)];
    case 'before':
      return ['before', parsePlace(text) ?? { time: momentOf(filter, text, now), group: 0 }];
    default: {
      const what = text.toLowerCase();
      if (what === 'unread') return ['isUnread', true];
      if (what === 'mention' || what === 'mentions') return ['isMention', true];
      throw wrong(`is: takes "unread" or "mention", not "${shortened(text)}"`);
    }
  }
}

function given(filter: string, text: string, example: string): string {
  if (text === '') throw wrong(`${filter}: takes ${example}`);
  return text;
}

const ages: Readonly<Record<string, number>> = { m: hour / 60, h: hour, d: day, w: 7 * day };

/** A day, a time in UTC, or an age, as microseconds since the epoch. */
function momentOf(filter: string, text: string, now: number): number {
  const [, amount, unit] = /^(\d{1,6})([mhdw])$/i.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) {
    return Math.max(0, now - Number(amount) * (ages[unit.toLowerCase()] ?? 0));
  }
  const [, date, minutes = '00:00', seconds = ':00', digits = ''] =
    /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?(?:\.(\d{1,6}))?Z?)?$/i.exec(text) ?? [];
  const time = parseTime(`${date}T${minutes}${seconds}.${digits.padEnd(6, '0')}Z`);
  if (Number.isNaN(time)) {
    throw wrong(
      `${filter}: takes a day (2026-11-22), a time in UTC (2026-11-22T19:30) or an age (90m, 24h, 7d, 2w)`,
    );
  }
  return time;
}

function wrong(why: string): BoardError {
  return boardError('INVALID_PARAMS', `query: ${why}`);
}
