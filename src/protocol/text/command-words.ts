import { BoardError, boardError, shortened } from '../errors.ts';
import { nearest } from '../suggest.ts';
import type { TextCommand } from './command.ts';

/** Words of other programs, and the command that does the same here. */
const otherWords: Readonly<Record<string, string>> = {
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
  close: '%exit',
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
};

/** How a command is typed: its words and its arguments. */
export function usage({ words, form }: TextCommand): string {
  return `${words.join(' or ')}${form ? ` ${form}` : ''}`;
}

/** The right usage, for a line with wrong arguments: for `main` and for other groups. */
export function rightForm(command: TextCommand, commands: readonly TextCommand[]): string {
  const { twin, topic } = command;
  const other = commands.find(({ words }) => twin !== undefined && words.includes(twin));
  if (!other) return `Type: ${usage(command)}`;
  const about = topic === 'main' ? 'for another group' : 'for main';
  return `Type: ${usage(command)} (${about}: ${usage(other)})`;
}

/**
 * @throws BoardError `METHOD_NOT_FOUND`, which suggests the nearest word if the word is likely a typo,
 * or the command that does what the word does in other programs
 */
export function findCommand(word: string, commands: readonly TextCommand[]): TextCommand {
  const lower = word.toLowerCase();
  const command = withWord(lower, commands);
  if (command) return command;
  const meant = elsewhere(lower, commands);
  if (meant !== undefined) {
    throw new BoardError('METHOD_NOT_FOUND', `"${shortened(word)}" is no command here: ${meant}`);
  }
  if (!word.startsWith('%')) {
    const why = `"${shortened(word)}" is no command: commands start with %.`;
    throw new BoardError('METHOD_NOT_FOUND', why);
  }
  const error = boardError('METHOD_NOT_FOUND', word);
  const near = suggestion(lower, commands);
  throw near ? new BoardError(error.code, `${error.message} Did you mean ${near}?`) : error;
}

/** The command word that a typo likely meant, in lower case. Undefined if no word is near enough. */
export function nearestWord(word: string, commands: readonly TextCommand[]): string | undefined {
  const most = word.length > 4 ? 2 : 1;
  const known = commands.flatMap(({ words }) => words);
  return nearest(word, known, most);
}

/** Commands that end a connection or a membership are not suggested, because users type suggestions unchecked. */
function suggestion(word: string, commands: readonly TextCommand[]): string | undefined {
  return nearestWord(
    word,
    commands.filter(({ unsuggested }) => !unsuggested),
  );
}

/** The command to suggest for `/join`, `help`, `?` or `:q`. Undefined for a word that no other program knows. */
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
