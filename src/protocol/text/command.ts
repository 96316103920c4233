import type { Call } from '../schemas.ts';
import type { Arguments } from './arguments.ts';

/** What a text command works on: the server's own session, or a client's connection to one. */
export interface TextContext {
  readonly call: Call;
  /** The name taken on; undefined before login. */
  readonly user: string | undefined;
  /**
   * Asks for a secret, which is kept out of sight and out of the history where that can be.
   * @throws BoardError `PASSWORD_REQUIRED` where there is nobody left to ask
   */
  readonly ask: (prompt: string) => Promise<string>;
  /** Ends the session once what was printed has gone out. */
  exit(): void;
  /** What `%connect` does here; returns what to print. */
  connect(address: string, port: string): Promise<string>;
}

/** A text command: how it is written, what it does, and what it prints, piece by piece. */
export interface TextCommand {
  /** The words it goes by, the first one its own. */
  readonly words: readonly [string, ...string[]];
  readonly form: string;
  readonly summary: string;
  /** Whether it works before a name was taken. */
  readonly anyone?: boolean;
  /** Prints piece by piece; the next piece is only asked for when the last one has gone out. */
  run(args: Arguments, context: TextContext): AsyncIterable<string>;
}
