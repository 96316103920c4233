import { setTimeout } from 'node:timers/promises';
import { cut } from '../protocol/text/table.ts';
import { displayWidth } from '../protocol/unicode.ts';

// How long to wait for the completions that the board knows, in milliseconds.
const completionTimeout = 1000;

/** The words that a word can be completed to. */
export interface Completion {
  /** The part of the word that is typed, up to the cursor. */
  readonly word: string;
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  readonly text: string;
  /** Its description; shown if there are several candidates. */
  readonly note?: string;
  /** Set if the word goes on after it, so that no space follows. */
  readonly isOpen?: true;
}

/** Asks for the completions of the word before the cursor. @returns undefined if no answer comes in time */
export function completionIn(
  { complete }: { complete?(before: string): Promise<Completion | undefined> },
  beforeCursor: string,
): Promise<Completion | undefined> {
  const noAnswer = setTimeout(completionTimeout, undefined, { ref: false });
  return Promise.race([complete?.(beforeCursor), noAnswer]);
}

/**
 * Puts the only candidate in place of the word, with a space after it unless the word goes on, or else what all
 * candidates begin with.
 * @returns the candidates, if they have nothing more in common than what is typed
 */
export function applyCompletion(
  { word, candidates }: Completion,
  line: { press(key: 'backspace', times: number): void; type(text: string): void },
): readonly Candidate[] | undefined {
  const texts = candidates.map(({ text }) => text);
  const after = candidates[0]?.isOpen ? '' : ' ';
  const common =
    texts.length === 1 ? `${texts[0]}${after}` : texts.reduce(commonStart, texts[0] ?? '');
  if (candidates.length === 0) return undefined;
  if ([...common].length <= [...word].length) return candidates;
  line.press('backspace', [...word].length);
  line.type(common);
  return undefined;
}

function commonStart(a: string, b: string): string {
  const [left, right] = [[...a], [...b]];
  const differs = left.findIndex((character, index) => !sameLetter(character, right[index]));
  return differs === -1 ? a : left.slice(0, differs).join('');
}

function sameLetter(a: string, b: string | undefined): boolean {
  return a.toLowerCase() === b?.toLowerCase();
}

/** Candidates as lines: in columns, or, if they have notes, one in each line. */
export function listCandidates(candidates: readonly Candidate[], columns: number): string {
  const width = Math.max(...candidates.map(({ text }) => displayWidth(text))) + 2;
  const padded = ({ text }: Candidate) => text + ' '.repeat(width - displayWidth(text));
  const perLine = candidates.some(({ note }) => note)
    ? 1
    : Math.max(1, Math.floor(columns / width));
  const lines = Array.from({ length: Math.ceil(candidates.length / perLine) }, (_, line) =>
    candidates
      .slice(line * perLine, (line + 1) * perLine)
      .map((candidate) => padded(candidate) + (candidate.note ?? ''))
      .join('')
      .trimEnd(),
  );
  return lines.map((line) => `${cut(line, columns)}\n`).join('');
}
