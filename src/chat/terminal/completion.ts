import { cut } from '../../protocol/text/table.ts';
import { displayWidth } from '../../protocol/unicode.ts';

/** What a word can become. */
export interface Completion {
  /** The word before the cursor, as far as it is typed. */
  readonly word: string;
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  readonly text: string;
  /** What it is; shown where there are several. */
  readonly note?: string;
}

/** What becomes of a line at a completion: text in place of the word, or a list to choose from. */
export type Completed = { readonly insert: string } | { readonly list: readonly Candidate[] };

/** The only candidate with a space behind it, what all have in common, or else all of them. */
export function completed({ word, candidates }: Completion): Completed {
  const texts = candidates.map(({ text }) => text);
  if (texts.length === 1) return { insert: `${texts[0]} ` };
  const common = texts.reduce(commonStart, texts[0] ?? '');
  return [...common].length > [...word].length ? { insert: common } : { list: candidates };
}

function commonStart(a: string, b: string): string {
  const [left, right] = [[...a], [...b]];
  const differs = left.findIndex((character, index) => !sameLetter(character, right[index]));
  return differs === -1 ? a : left.slice(0, differs).join('');
}

function sameLetter(a: string, b: string | undefined): boolean {
  return a.toLowerCase() === b?.toLowerCase();
}

/** Candidates as lines: in columns, or one below the other with what they are. */
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
