import type { BoardError } from '../errors.ts';
import { Expected } from '../expected.ts';
import type { Call, Result } from '../schemas.ts';
import type { Arguments } from './arguments.ts';
import type { Style } from './style.ts';

/**
 * Asks for a secret, which is kept out of sight and out of the history where that is possible.
 * @param chosen whether it is a new password: a person who cannot see what they type is asked twice
 * @throws GivenUp if the person leaves the question; BoardError `PASSWORD_REQUIRED` if there is
 * nobody to ask
 */
export type AskSecret = (prompt: string, chosen?: boolean) => Promise<string>;

/** A person left a question without an answer: what asked for it is not done, which is no error. */
export class GivenUp extends Expected {
  override readonly name = 'GivenUp';

  constructor(message = 'Nothing was changed.') {
    super(message);
  }
}

/** The messages of others that a user has not opened, in the groups that they are in. */
export interface UnreadMessages {
  /** The oldest of the group last read from, or of the next group that has any. */
  next(context: Asker): Promise<UnreadMessage | undefined>;
  /** How many are left, by group; `more` if there are more than were counted. */
  left(context: Asker): Promise<{ group: string; count: number; more: boolean }[]>;
  /** Counts a message, and those before it, as read. */
  read(group: number, number: number): void;
}

/** A message that was not opened yet. */
export interface UnreadMessage {
  /** The number of its group, whose name may change. */
  readonly group: number;
  readonly number: number;
  /** All of it, if it was listed with its content. */
  readonly message?: Result<'message.get'> | undefined;
}

/** Who asks the board. */
type Asker = Pick<TextContext, 'call' | 'user'>;

/** What a text command works on: the server's own session, or a client's connection to one. */
export interface TextContext {
  readonly call: Call;
  /** The name taken on; undefined before login. */
  readonly user: string | undefined;
  /** How what is printed looks. */
  readonly style: Style;
  /** Every command that can be typed here, in the order in which `%help` tells of them. */
  readonly commands: readonly TextCommand[];
  /** Asks for a secret. @throws as `AskSecret` does */
  readonly ask: AskSecret;
  /**
   * The next line of a text that is written line by line, or why it cannot be read; undefined if
   * the text is given up, or nothing more comes.
   */
  readonly textLine: () => Promise<string | BoardError | undefined>;
  /** How a text is given up here: the end of a sentence. */
  readonly givingUp: string;
  /** The longest text that is kept while it is written, in bytes of UTF-8. */
  readonly draftBytes: number;
  /** Is given what is being written, line by line as it grows, and undefined once it is posted. */
  writing?(lines: readonly string[] | undefined): void;
  /** Keeps a text that was not posted, and prints where. Without it the peer's terminal has the text. */
  keep?(text: string): void;
  /** Asks a person to confirm what cannot be undone. Without it, a command is done as it was typed. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
  /** What its user has not read. */
  readonly unread: UnreadMessages;
  /** Messages that a list of everything asks for at a time; 20 if it is left out. */
  readonly listPiece?: number;
  /** Ends the session once what was printed has gone out. */
  exit(): Promise<void>;
  /** What `%connect` does here; returns what to print. */
  connect(address: string, port: string | undefined): Promise<string>;
}

/** Under which heading `%help` tells of a command. */
export type Topic = 'groups' | 'messages' | 'main' | 'you';

/**
 * What can stand at a place behind a command word: a group, one that the user is in, the number of
 * a message in it, the bounds of a list, a subject, content, a command word.
 */
export type ArgumentKind =
  | 'group'
  | 'joined'
  | 'number'
  | 'range'
  | 'subject'
  | 'content'
  | 'command';

/** A text command: how it is written, what it does, and what it prints, piece by piece. */
export interface TextCommand {
  /** The words it goes by, the first one its own. */
  readonly words: readonly [string, ...string[]];
  readonly form: string;
  readonly topic: Topic;
  /** What it does, in at most 38 characters: one line of `%help`, which fits a screen. */
  readonly summary: string;
  /** What else is worth knowing, in lines of at most 76 characters. */
  readonly details?: readonly string[];
  /** What stands behind the word in an example. */
  readonly example?: string;
  /** What stands behind the word, place by place; the last kind goes for all that follows. */
  readonly takes?: readonly ArgumentKind[];
  /** The same command about another group, or about `main`: its first word. */
  readonly twin?: string;
  /**
   * Whether it ends a connection or a membership. It is then not offered for a typo, because people
   * type what they are offered.
   */
  readonly unsuggested?: true;
  /** Whether it works before a name was taken. */
  readonly anyone?: boolean;
  /** Prints piece by piece; the next piece is only asked for when the last one has gone out. */
  run(args: Arguments, context: TextContext): AsyncIterable<string>;
}
