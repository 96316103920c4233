import { limits } from '../protocol/limits.ts';
import { normalized } from '../protocol/unicode.ts';
import { nameKey } from './name-key.ts';

/** The word after an `@` that mentions all members. */
export const allKey = 'all';
/** The id that means all members among the ids of the users whom a message mentions. No user has it. */
export const everyoneId = 0;

/** The keys of the names that one `@word` can stand for, the longest name first: `dave-s`, `dave`. */
export type NameCandidates = readonly string[];

const nameCharacter = /^[\p{L}\p{M}\p{Nd}_.-]$/u;
const wordCharacter = /^[\p{L}\p{M}\p{Nd}_]$/u;
/** Characters of scripts without spaces between words: a name may end before or after each of them. */
const unspaced =
  /^[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]$/u;
// A longer word is no name, however its characters compose.
const wordUnits = 8 * limits.userName;

/**
 * The words after an `@` in the texts of a message, without those in quotes (lines that begin with `>`, and a subject that
 * begins with `Re:`), code and links. Mail addresses are none: their `@` follows a word character. The time is linear
 * in the lengths of the texts.
 * @returns undefined if there are none
 */
export function mentionsIn(
  subject: string,
  content: string,
): readonly NameCandidates[] | undefined {
  const hasSubject = subject.includes('@') && !/^re:/i.test(subject);
  if (!hasSubject && !content.includes('@')) return undefined;
  const found = new Found();
  if (hasSubject) readText(subject, found);
  readText(content, found);
  return found.all.length > 0 ? found.all : undefined;
}

/** The words that were found so far, each once, and at most as many as a transaction can look up in about a millisecond. */
class Found {
  readonly all: NameCandidates[] = [];
  private readonly words = new Set<string>();
  private keys = 0;

  get isFull(): boolean {
    return this.keys >= limits.mentionLookups;
  }

  add(word: string): void {
    if (this.isFull || this.words.has(word)) return;
    this.words.add(word);
    const candidates = candidatesOf(word).slice(0, limits.mentionLookups - this.keys);
    this.keys += candidates.length;
    if (candidates.length > 0) this.all.push(candidates);
  }
}

/** A name may end in the middle of a word: `@dave.` and `@dave-s` can mean `dave`, and `@daves` cannot. */
function candidatesOf(word: string): string[] {
  const characters = [...normalized(word, 'NFC')];
  const candidates: string[] = [];
  if (characters[0] === '.' || characters[0] === '-') return candidates;
  for (let end = Math.min(characters.length, limits.userName); end > 0; end--) {
    const next = characters[end];
    const last = characters[end - 1] ?? '';
    const isEnd =
      next === undefined || /^[._-]$/.test(next) || unspaced.test(next) || unspaced.test(last);
    if (!isEnd) continue;
    const key = nameKey(characters.slice(0, end).join(''));
    // Nobody means all members by `@all-in`.
    if (key === allKey && /^[._-]+[^._-]/.test(characters.slice(end).join(''))) continue;
    candidates.push(key);
  }
  return candidates;
}

function readText(text: string, found: Found): void {
  let fence = 0;
  for (let start = 0; start < text.length && !found.isFull; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end);
    start = end + 1;
    const ticks = fenceOf(line);
    if (fence > 0) {
      if (ticks >= fence && line.trim().length === ticks) fence = 0;
    } else if (ticks > 0) fence = ticks;
    else if (!/^(?: {0,3}>| {4}| {0,3}\t)/.test(line) && line.includes('@')) readLine(line, found);
  }
}

/** How many backticks open or close a block of code in this line; 0 if none do. */
function fenceOf(line: string): number {
  let start = 0;
  while (start < 3 && line[start] === ' ') start++;
  const end = endOfRun(line, start);
  return end - start >= 3 && !line.includes('`', end) ? end - start : 0;
}

function endOfRun(line: string, start: number): number {
  let end = start;
  while (line[end] === '`') end++;
  return end;
}

function readLine(line: string, found: Found): void {
  const code = new CodeSpans(line);
  let isLink = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === '`') at = code.endOf(at) - 1;
    else if (character === ' ' || character === '\t') isLink = false;
    else if (character === ':' && line.startsWith('://', at)) isLink = true;
    else if (character === '@') {
      const end = endOfWord(line, at + 1);
      const isAddress = followsWord(line, at) || line[end] === '@';
      if (!isLink && !isAddress && end > at + 1 && end - at <= wordUnits) {
        found.add(line.slice(at + 1, end));
      }
      at = end - 1;
    }
  }
}

/** The stretches of a line between backticks: as many at the end as at the beginning. */
class CodeSpans {
  /** Where the last run of so many backticks begins, so that no run is searched for in vain. */
  private readonly last = new Map<number, number>();

  constructor(private readonly line: string) {
    for (let start = line.indexOf('`'); start !== -1; ) {
      const end = endOfRun(line, start);
      this.last.set(end - start, start);
      start = line.indexOf('`', end);
    }
  }

  /** Where the code that begins with the run of backticks at `start` ends; the end of the run if none begins. */
  endOf(start: number): number {
    const { line } = this;
    const opened = endOfRun(line, start);
    const length = opened - start;
    if ((this.last.get(length) ?? 0) <= start) return opened;
    for (let at = line.indexOf('`', opened); at !== -1; ) {
      const end = endOfRun(line, at);
      if (end - at === length) return end;
      at = line.indexOf('`', end);
    }
    return opened;
  }
}

function endOfWord(line: string, start: number): number {
  let end = start;
  for (;;) {
    const character = String.fromCodePoint(line.codePointAt(end) ?? 0);
    if (!nameCharacter.test(character)) return end;
    end += character.length;
  }
}

function followsWord(line: string, at: number): boolean {
  // A character has two UTF-16 code units at most.
  const before = [...line.slice(Math.max(0, at - 2), at)].at(-1);
  return before !== undefined && wordCharacter.test(before);
}
