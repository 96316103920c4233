import type { BoardError } from '../errors.ts';
import { Expected } from '../expected.ts';
import type { Call } from '../schemas.ts';
import type { Arguments } from './arguments.ts';
import type { Place } from './place.ts';
import type { Reading } from './reading.ts';
import type { Style } from './style.ts';

/**
 * Asks the user for a secret. If possible, the secret is not shown and not kept in the history.
 * @param chosen whether it is a new password. A user who cannot see what they type is asked twice
 * @param check throws for an answer that is refused before it is asked for again
 * @throws GivenUp if the user gives up; BoardError `PASSWORD_REQUIRED` if there is no user to ask
 */
export type AskSecret = (
  prompt: string,
  chosen?: boolean,
  check?: (answer: string) => void,
) => Promise<string>;

/** The user gave a question up, so the command was not carried out. This is not an error. */
export class GivenUp extends Expected {
  override readonly name = 'GivenUp';

  constructor(message = 'Nothing was changed.') {
    super(message);
  }
}

/** The context of a text command: a session in the server, or a client's connection to a server. */
export interface TextContext {
  readonly call: Call;
  /** The name of the user. Undefined before the login. */
  readonly user: string | undefined;
  /** How the output looks. */
  readonly style: Style;
  /** Every command that can be typed here, in the order in which `%help` lists them. */
  readonly commands: readonly TextCommand[];
  /** How a command that begins with `%` is typed here, with its arguments. If it is missing, as it is. */
  readonly typed?: (command: string) => string;
  /** Asks for a secret. @throws as `AskSecret` does */
  readonly ask: AskSecret;
  /**
   * The next line of a text that is written line by line, or the error if the line cannot be read.
   * Undefined if the user gives the text up, or at the end of the input.
   */
  readonly textLine: () => Promise<string | BoardError | undefined>;
  /** How to give a text up here, as the end of a sentence. */
  readonly givingUp: string;
  /** Maximum length of a text that is being written, in bytes of UTF-8. */
  readonly draftBytes: number;
  /** Called with the lines of the text being written, which grow, and with undefined once it is posted. */
  writing?(lines: readonly string[] | undefined): void;
  /** Keeps a text that was not posted, and prints where. If it is missing, the text is still on the user's screen. */
  keep?(text: string): void;
  /** Asks the user to confirm what cannot be undone. If it is missing, commands run without asking. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
  /** Where the user is; `%go` sets it. Undefined outside of every place. */
  place: Place | undefined;
  /**
   * Whether a line that was typed in a place may be posted; asks the user if need be. If it is missing, such lines are
   * posted.
   */
  readonly mayPost?: ((line: string, place: Place) => Promise<boolean>) | undefined;
  /** What the user reads in this session. */
  readonly reading: Reading;
  /** How many messages `%list all` asks for at a time; 20 if it is missing. */
  readonly listPiece?: number;
  /** Ends the session after all output has been sent. */
  exit(): Promise<void>;
  /** Carries out `%connect`. @returns what to print */
  connect(address: string, port: string | undefined): Promise<string>;
}

/** The heading under which `%help` lists a command. */
export type Topic = 'groups' | 'messages' | 'main' | 'you' | 'more' | 'moderation';

/**
 * What an argument is, for completion: where one can go, any group, a group of the user, a member of it, any user, the number of
 * a message in it, the bounds of a list, an SSH key of the user, a subject, content, the query of a search, what can be muted, a command word, a new
 * name or text, a reason, the value of a `%set`.
 */
export type ArgumentKind =
  | 'place'
  | 'group'
  | 'joined'
  /** A group that the user is not in. */
  | 'joinable'
  | 'member'
  | 'user'
  | 'number'
  | 'range'
  | 'key'
  | 'subject'
  | 'content'
  | 'query'
  | 'muted'
  | 'command'
  | 'new'
  | 'reason'
  | 'value';

/** The kind of an argument, or the words that it can be. */
export type Argument = ArgumentKind | readonly string[];

/** A text command: its usage and its action. */
export interface TextCommand {
  /** Its names. The first one is used in help and examples. */
  readonly words: readonly [string, ...string[]];
  readonly form: string;
  readonly topic: Topic;
  /** A description in at most 38 characters, so that a line of `%help` fits on a screen. */
  readonly summary: string;
  /** More for `%help <command>`, in lines of at most 76 characters. */
  readonly details?: readonly string[];
  /** The arguments in an example. */
  readonly example?: string;
  /** The kind of each argument. The last kind holds for all further arguments. */
  readonly takes?: readonly Argument[];
  /** The kinds in a place, where the group can be left out, if they are others. */
  readonly takesHere?: readonly Argument[];
  /** Whether it undoes another command, whose help is enough on a list. */
  readonly undoes?: true;
  /** The first word of the same command for `main`, or for any group. */
  readonly twin?: string;
  /**
   * Set for a command that ends a connection or a membership. It is not suggested for a typo, because
   * users type suggestions unchecked.
   */
  readonly unsuggested?: true;
  /** Whether it works before the login. */
  readonly anyone?: boolean;
  /** Yields its output in pieces. The next piece is made after the last one has been sent. */
  run(args: Arguments, context: TextContext): AsyncIterable<string>;
}
