import { Arguments } from '../protocol/text/arguments.ts';
import type { Argument, TextCommand } from '../protocol/text/command.ts';
import { commandWord } from '../protocol/text/command-words.ts';
import { mainGroup } from '../protocol/text/group-command.ts';
import { type Place, spokenIn } from '../protocol/text/place.ts';

/** Where the cursor is in a command, or in a text. */
export interface CursorPlace {
  /** The kind of word that belongs there. */
  readonly kind: Argument;
  readonly group: string;
  /** The word before the cursor, and the one before that. */
  readonly word: string;
  readonly before: string;
}

/** What a line is typed for. */
interface Line {
  readonly commands: readonly TextCommand[];
  /** Where the user is. */
  readonly place?: Place | undefined;
}

/** Whether the text after `line` is the content of a message. */
export function holdsContent(line: string, typed: Line): boolean {
  return cursorPlace(line.trimStart(), typed)?.kind === 'content';
}

/** @returns undefined if nothing belongs there */
export function cursorPlace(
  line: string,
  { commands, place: here }: Line,
): CursorPlace | undefined {
  const short = here ? String(here.group) : mainGroup;
  // In a place, only what begins like a command is one.
  if (spokenIn(here, line) !== undefined) {
    const word = /\S*$/.exec(line)?.[0] ?? '';
    return { kind: 'content', group: short, word, before: '' };
  }
  const [first = ''] = /^\S*/.exec(line) ?? [];
  const command = commands.find(({ words }) => words.includes(commandWord(first)));
  const takes = (here && command?.takesHere) ?? command?.takes;
  if (!takes) return undefined;
  const words = wordsOf(line.slice(first.length));
  const word = words.at(-1) ?? '';
  const index = Math.min(words.length, takes.length) - 1;
  const kind = words.length > takes.length && !repeats(takes) ? undefined : takes[index];
  const named = groupKinds.some((each) => each === takes[0]) && words.length > 1;
  return (
    kind && { kind, group: named ? (words[0] ?? '') : short, word, before: words.at(-2) ?? '' }
  );
}

const groupKinds: readonly Argument[] = ['place', 'group', 'joined', 'joinable'];

function repeats(takes: readonly Argument[]): boolean {
  const last = takes.at(-1);
  return last === 'content' || last === 'range' || last === 'query';
}

/** The arguments of a command. A text in quotes is one argument. The last one is the word being typed. */
function wordsOf(text: string): string[] {
  const args = new Arguments(text);
  const words: string[] = [];
  try {
    while (!args.empty) words.push(args.quoted('word'));
  } catch {
    // The quotes are not closed yet.
    return [...words, ''];
  }
  return /\s$/.test(text) || words.length === 0 ? [...words, ''] : words;
}
