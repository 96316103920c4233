import type { BoardClient } from '../client/board-client.ts';
import type { BoardError } from '../protocol/errors.ts';
import type { Result } from '../protocol/schemas.ts';
import type { TextCommand } from '../protocol/text/command.ts';
import type { Style } from '../protocol/text/style.ts';
import type { BoardingOptions } from './boarding.ts';
import type { Output } from './reporter.ts';

/** A session that was opened elsewhere. */
export interface Opened {
  readonly client: BoardClient;
  /** What the board answered to the login. */
  readonly session: Result<'session.login'>;
  /** What the prompt calls the board. */
  readonly name: string;
}

export interface ConversationOptions
  extends Pick<BoardingOptions, 'user' | 'password' | 'tls' | 'refused' | 'ask'> {
  readonly output: Output;
  /** False if the user cannot connect to other boards, and gets a session that was opened elsewhere. */
  readonly connects?: false | undefined;
  readonly style: Style;
  /** Whether the terminal rings for a message that mentions the user; not if it is missing. */
  readonly bell?: boolean;
  /** Every command that can be typed here, those of the board included. */
  readonly commands: readonly TextCommand[];
  readonly writing: Writing;
  /** Asks the user to confirm a step that cannot be undone. Undefined if the input is not a terminal. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Makes what prints the pieces of one command; it returns false if the reader wants no more. */
  readonly paged?: () => (piece: string) => Promise<boolean>;
  /** Whether many notices at once are printed as one line while the user is in a place elsewhere. */
  readonly gathers?: true;
  /** Called after a session has ended that does not come back by itself. */
  readonly lost: () => void;
  /**
   * Called when the prompt changes by itself: the connection is lost and the client starts to reconnect, it has
   * reconnected, or the place of the user has another name or is gone.
   */
  readonly moved?: () => void;
}

/** How the user writes a text of several lines here. */
interface Writing {
  /** The next line of the text, as `TextContext.textLine` gives it. */
  line(): Promise<string | BoardError | undefined>;
  /** How the text is given up, as the end of a sentence. */
  readonly givingUp: string;
  /** Is given the text that is not posted yet; undefined once there is none. */
  started?(lines: readonly string[] | undefined): void;
  /** Keeps a text that was not posted. @returns a sentence for the user that says where */
  keep?(text: string): string;
}
