import { BoardError, boardError, shortened } from '../errors.ts';
import { nearest } from '../suggest.ts';
import type { TextCommand, TextContext } from './command.ts';
import { placeName } from './place.ts';

/** Words of other programs, and the command that does the same here. */
const otherWords: Readonly<Record<string, string>> = {
  cd: '%go',
  goto: '%go',
  select: '%go',
  query: '%go',
  buffer: '%go',
  '?': '%help',
  h: '%help',
  man: '%help',
  commands: '%help',
  q: '%exit',
  'q!': '%exit',
  qa: '%exit',
  wq: '%exit',
  x: '%exit',
  bye: '%exit',
  logout: '%exit',
  disconnect: '%exit',
  end: '%exit',
  part: '%leave',
  names: '%users',
  who: '%users',
  ls: '%list',
  dir: '%list',
  channels: '%groups',
  msg: '%post',
  say: '%post',
  send: '%post',
  write: '%post',
  read: '%next',
  n: '%next',
  passwd: '%password',
  keys: '%key',
  sshkey: '%key',
  'ssh-keys': '%key',
  kick: '%remove',
  ban: '%bar',
  unban: '%unbar',
  gag: '%silence',
  op: '%mod',
  deop: '%unmod',
  topic: '%set',
  mkdir: '%create',
};

/** How a command is typed: its words and its arguments. */
export function usage({ words, form }: TextCommand): string {
  return `${words.join(' or ')}${form ? ` ${form}` : ''}`;
}

type Here = Pick<TextContext, 'commands' | 'place'>;

/** The right usage, for a line with wrong arguments: for the short form and for other groups. */
export function rightForm(command: TextCommand, { commands, place }: Here): string {
  const { twin, topic } = command;
  const other = commands.find(({ words }) => twin !== undefined && words.includes(twin));
  if (!other) return `Type: ${usage(command)}`;
  const here = place ? `for ${placeName(place)}` : 'for main';
  const about = topic === 'main' ? 'for another group' : here;
  return `Type: ${usage(command)} (${about}: ${usage(other)})`;
}

/**
 * @throws BoardError `METHOD_NOT_FOUND`, which suggests the nearest word if the word is likely a typo,
 * or the command that does what the word does in other programs. The word may begin with `/` in place of `%`
 */
export function findCommand(word: string, { commands, place }: Here): TextCommand {
  const lower = commandWord(word);
  const command = withWord(lower, commands);
  if (command) return command;
  const meant = elsewhere(word.toLowerCase(), commands);
  if (meant !== undefined) {
    throw new BoardError('METHOD_NOT_FOUND', `"${shortened(word)}" is no command here: ${meant}`);
  }
  if (!lower.startsWith('%')) {
    const why = `"${shortened(word)}" is no command: commands start with %.`;
    throw new BoardError('METHOD_NOT_FOUND', why);
  }
  const error = boardError('METHOD_NOT_FOUND', word);
  const near = suggestion(lower, commands);
  if (near) throw new BoardError(error.code, `${error.message} Did you mean ${near}?`);
  if (!place) throw error;
  const [sign] = word;
  const literal = `To post such a line in ${placeName(place)}, type ${sign}${sign}.`;
  throw new BoardError(error.code, `${error.message} ${literal}`);
}

/** A command word in lower case, with `%` in place of a leading `/`. */
export function commandWord(word: string): string {
  return word.toLowerCase().replace(/^\//, '%');
}

/** The command word that a typo likely meant, in lower case. Undefined if no word is near enough. */
export function nearestWord(word: string, commands: readonly TextCommand[]): string | undefined {
  const most = word.length > 4 ? 2 : 1;
  const known = commands.flatMap(({ words }) => words);
  return nearest(word, known, most);
}

/** A typo of a command that ends a connection or a membership gets no suggestion, because users type suggestions unchecked. */
function suggestion(word: string, commands: readonly TextCommand[]): string | undefined {
  const near = nearestWord(word, commands);
  return near !== undefined && withWord(near, commands)?.unsuggested ? undefined : near;
}

/** The command to suggest for `/part`, `help`, `?` or `:q`. Undefined for a word that no other program knows. */
function elsewhere(word: string, commands: readonly TextCommand[]): string | undefined {
  const bare = word.replace(/^[%/:\\!]+/, '');
  if (bare === 'clear' || bare === 'cls') return 'Ctrl-L clears the screen of a terminal.';
  const known = Object.hasOwn(otherWords, bare) ? otherWords[bare] : `%${bare}`;
  const command = known && withWord(known, commands);
  // With a % it may be a typo of any other command.
  if (!command || (word.startsWith('%') && command.unsuggested)) return undefined;
  return `type ${usage({ ...command, words: [known] })}.`;
}

function withWord(word: string, commands: readonly TextCommand[]): TextCommand | undefined {
  return commands.find(({ words }) => words.includes(word));
}
