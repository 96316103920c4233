import type { Call } from '../schemas.ts';
import type { Arguments } from './arguments.ts';
import type { Style } from './style.ts';

/** What a text command works on: the server's own session, or a client's connection to one. */
export interface TextContext {
  readonly call: Call;
  /** The name taken on; undefined before login. */
  readonly user: string | undefined;
  /** How what is printed looks. */
  readonly style: Style;
  /** Every command that can be typed here, in the order in which `%help` tells of them. */
  readonly commands: readonly TextCommand[];
  /**
   * Asks for a secret, which is kept out of sight and out of the history where that can be.
   * @throws BoardError `PASSWORD_REQUIRED` where there is nobody left to ask
   */
  readonly ask: (prompt: string) => Promise<string>;
  /** Messages that a list of everything asks for at a time; 20 where it is left out. */
  readonly listPiece?: number;
  /** Ends the session once what was printed has gone out. */
  exit(): Promise<void>;
  /** What `%connect` does here; returns what to print. */
  connect(address: string, port: string): Promise<string>;
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
  /** Whether it works before a name was taken. */
  readonly anyone?: boolean;
  /** Prints piece by piece; the next piece is only asked for when the last one has gone out. */
  run(args: Arguments, context: TextContext): AsyncIterable<string>;
}
