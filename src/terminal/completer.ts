import { deletedUser, directName, isDirectName, userOfDirectName } from '../protocol/direct.ts';
import { BoardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import { everyone } from '../protocol/mentions.ts';
import { accesses, may, policies } from '../protocol/rights.ts';
import type { Call } from '../protocol/schemas.ts';
import type { TextCommand } from '../protocol/text/command.ts';
import { mainGroup } from '../protocol/text/group-command.ts';
import { moderationWord } from '../protocol/text/help.ts';
import { isCommand, type Place, spokenIn } from '../protocol/text/place.ts';
import type { Style } from '../protocol/text/style.ts';
import { caseless } from '../protocol/unicode.ts';
import type { Candidate, Completion } from './completion.ts';
import { type CursorPlace, cursorPlace } from './cursor-place.ts';

// How many message numbers are listed to choose from: the newest ones.
const numbersListed = 10;

interface Board {
  readonly call: Call;
  readonly style: Style;
  readonly commands: readonly TextCommand[];
  /** Where the user is. */
  readonly place?: Place | undefined;
}

/**
 * Possible completions of the word before the cursor. Undefined if nothing can be completed there, or
 * the board does not answer.
 * @param line the line up to the cursor
 */
export async function complete(line: string, board: Board): Promise<Completion | undefined> {
  const start = line.trimStart();
  const isText = spokenIn(board.place, start) !== undefined;
  if (!isText && !/\s/.test(start)) return wordsLike(start, commandWords(board.commands, start));
  const place = cursorPlace(start, board);
  if (!place) return undefined;
  try {
    return wordsLike(place.word, await candidates(place, board));
  } catch {
    return undefined;
  }
}

async function candidates(place: CursorPlace, board: Board): Promise<Candidate[]> {
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
async function placesToGo(place: CursorPlace, board: Board): Promise<Candidate[]> {
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

async function numbers(
  { group, word }: CursorPlace,
  call: Call,
  style: Style,
): Promise<Candidate[]> {
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
async function queryWords({ word, group }: CursorPlace, call: Call): Promise<Candidate[]> {
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
