import { deletedUser, directName, isDirectName, userOfDirectName } from '../protocol/direct.ts';
import { BoardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import { everyone } from '../protocol/mentions.ts';
import { accesses, may, policies } from '../protocol/rights.ts';
import type { Call } from '../protocol/schemas.ts';
import { Arguments } from '../protocol/text/arguments.ts';
import type { Argument, TextCommand } from '../protocol/text/command.ts';
import { commandWord } from '../protocol/text/command-words.ts';
import { mainGroup } from '../protocol/text/group-command.ts';
import { moderationWord } from '../protocol/text/help.ts';
import { isCommand, spokenIn, type Place as WhereUserIs } from '../protocol/text/place.ts';
import type { Style } from '../protocol/text/style.ts';
import { caseless } from '../protocol/unicode.ts';
import type { Candidate, Completion } from './completion.ts';

// How many message numbers are listed to choose from: the newest ones.
const numbersListed = 10;

/** The place of the cursor in a command. */
interface Place {
  /** The kind of word that belongs there. */
  readonly kind: Argument;
  readonly group: string;
  /** The word before the cursor, and the one before that. */
  readonly word: string;
  readonly before: string;
}

interface Board {
  readonly call: Call;
  readonly style: Style;
  readonly commands: readonly TextCommand[];
  /** Where the user is. */
  readonly place?: WhereUserIs | undefined;
}

/**
 * Possible completions of the word before the cursor. Undefined if nothing can be completed there, or
 * the board does not answer.
 * @param line the line up to the cursor
 */
export async function complete(line: string, board: Board): Promise<Completion | undefined> {
  const start = line.trimStart();
  const isText = isTextIn(board.place, start);
  if (!isText && !/\s/.test(start)) return wordsLike(start, commandWords(board.commands, start));
  const place = placeIn(start, board);
  if (!place) return undefined;
  try {
    return wordsLike(place.word, await candidates(place, board));
  } catch {
    return undefined;
  }
}

/** Whether the text after `line` is the content of a message. */
export function holdsContent(line: string, board: Pick<Board, 'commands' | 'place'>): boolean {
  return placeIn(line.trimStart(), board)?.kind === 'content';
}

/** Whether a line is text in a place, where only what begins like a command is one. */
function isTextIn(place: WhereUserIs | undefined, line: string): boolean {
  return spokenIn(place, line) !== undefined;
}

function placeIn(
  line: string,
  { commands, place: here }: Pick<Board, 'commands' | 'place'>,
): Place | undefined {
  const short = here ? String(here.group) : mainGroup;
  if (isTextIn(here, line)) {
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

async function candidates(place: Place, board: Board): Promise<Candidate[]> {
  const { call, commands, style } = board;
  if (typeof place.kind !== 'string') return place.kind.map((text) => ({ text }));
  switch (place.kind) {
    case 'place':
      if (/^#?\d/.test(place.word)) return numbers(place, call, style);
      return placesToGo(place, { call, commands, style });
    case 'group':
    case 'joinable':
    case 'joined': {
      const { groups } = await call('group.list', {});
      const fitting = groups.filter(
        ({ joined }) => place.kind === 'group' || joined === (place.kind === 'joined'),
      );
      const names = fitting.map(({ name }) => ({ text: name }));
      if (place.kind === 'joinable' || !isDirectName(place.word)) return names;
      return (await knownUsers(call)).map((name) => ({ text: directName(name) }));
    }
    case 'muted':
      if (!place.word.startsWith('@')) {
        const words = [{ text: 'thread' }, { text: 'user' }];
        return [...words, ...(await candidates({ ...place, kind: 'joined' }, board))];
      }
      return candidates({ ...place, kind: 'user' }, board);
    case 'user': {
      const names = await knownUsers(call);
      const sign = place.word.startsWith('@') ? '@' : '';
      return names.map((name) => ({ text: `${sign}${name}` }));
    }
    case 'member': {
      const sign = place.word.startsWith('@') ? '@' : '';
      const names = await membersOf(place.group, call);
      return names.map((name) => ({ text: `${sign}${name}` }));
    }
    case 'value':
      return (valuesOf[place.before.toLowerCase()] ?? []).map((text) => ({ text }));
    case 'new':
    case 'reason':
      return [];
    case 'number':
      return numbers(place, call, style);
    case 'range':
      if (place.before.toLowerCase() === 'before') return numbers(place, call, style);
      return [{ text: 'all' }, { text: 'before' }];
    case 'key': {
      if (place.before.toLowerCase() !== 'remove') return [];
      const { keys } = await call('account.keys', {});
      return keys.map(({ fingerprint, comment }) => ({ text: fingerprint, note: comment }));
    }
    case 'query':
      return queryWords(place, call);
    case 'command':
      return [
        ...commandWords(commands, place.word).map(({ text }) => ({
          text: isCommand(place.word) ? text : text.slice(1),
        })),
        { text: moderationWord },
      ];
    case 'subject':
    case 'content': {
      // In a text, only a word that begins like a name is completed.
      if (place.word === '') return [];
      if (place.word.startsWith('#')) return numbers(place, call, style);
      const sign = place.word.startsWith('@') ? '@' : '';
      const names = await membersOf(place.group, call);
      const all = sign !== '' && (await mayMentionAll(place.group, call)) ? [everyone] : [];
      return [...all, ...names.map((name) => `${sign}${name}`)].map((text) => ({ text }));
    }
  }
}

async function mayMentionAll(group: string, call: Call): Promise<boolean> {
  const { role } = await call('group.show', { group });
  return may(role, 'mention all members');
}

/** The groups of the user and, if nothing is typed yet, the direct conversations. After `@` any known user. */
async function placesToGo(place: Place, board: Board): Promise<Candidate[]> {
  const groups = await candidates({ ...place, kind: 'joined' }, board);
  if (place.word !== '') return groups;
  return [...groups, ...(await conversationNames(board.call)).map((text) => ({ text }))];
}

/** The direct conversations of the user, such as `@dave`, but for those with users who were deleted. */
async function conversationNames(call: Call): Promise<string[]> {
  const { conversations } = await call('direct.list', { limit: limits.directsMost });
  const names = conversations.map(({ group }) => group);
  return names.filter((name) => userOfDirectName(name) !== deletedUser);
}

/** What `%set` can set access and the two policies to. */
const valuesOf: Readonly<Record<string, readonly string[]>> = {
  access: accesses,
  posting: policies,
  replying: policies,
};

async function membersOf(group: string, call: Call): Promise<string[]> {
  const { members } = await call('group.members', { group, limit: limits.membersMost });
  return members.map(({ name }) => name);
}

/** The users of direct conversations, and the members of main if the user is in it. */
async function knownUsers(call: Call): Promise<string[]> {
  const limit = limits.membersMost;
  const { conversations } = await call('direct.list', { limit: limits.directsMost });
  const names = conversations.map(({ group }) => userOfDirectName(group));
  try {
    const { members } = await call('group.members', { group: mainGroup, limit });
    names.push(...members.map(({ name }) => name));
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
  }
  return [...new Set(names)].filter((name) => name !== deletedUser).sort();
}

async function numbers({ group, word }: Place, call: Call, style: Style): Promise<Candidate[]> {
  const { messages } = await call('message.list', { group });
  const sign = word.startsWith('#') ? '#' : '';
  return messages
    .filter(({ number }) => `${sign}${number}`.startsWith(word))
    .slice(-numbersListed)
    .map(({ number, sender, subject }) => ({
      text: `${sign}${number}`,
      note: `${style.user(sender)}: ${subject}`,
    }));
}

const filters = ['from:', 'in:', 'thread:', 'after:', 'before:', 'is:unread', 'is:mention'];

/** The filters of a search, and the names after `in:` and `from:`. */
async function queryWords({ word, group }: Place, call: Call): Promise<Candidate[]> {
  if (/^in:/i.test(word)) {
    const { groups } = await call('group.list', {});
    const names = groups.filter(({ joined }) => joined).map(({ name }) => name);
    names.push(...(await conversationNames(call)));
    return names.map((name) => ({ text: `in:${name}` }));
  }
  if (/^from:/i.test(word)) {
    return (await membersOf(group, call)).map((name) => ({ text: `from:${name}` }));
  }
  const open = (text: string) => (text.endsWith(':') ? { isOpen: true as const } : {});
  return word === '' ? [] : filters.map((text) => ({ text, ...open(text) }));
}

/** Every command word, with a `/` if `typed` begins with one. */
function commandWords(commands: readonly TextCommand[], typed: string): Candidate[] {
  const sign = typed.startsWith('/') ? '/' : '%';
  return commands.flatMap(({ words }) => words.map((word) => ({ text: sign + word.slice(1) })));
}

function wordsLike(word: string, candidates: Candidate[]): Completion {
  const start = caseless(word);
  return {
    word,
    candidates: candidates.filter(({ text }) => caseless(text).startsWith(start)),
  };
}
