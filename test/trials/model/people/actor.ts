import type { TestBoard } from '../../../helpers/board.ts';
import type { Answer } from '../oracle/answer.ts';

export interface Request {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** A notice, as the model expects it. */
export interface Told {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

export interface SignIn {
  readonly board: TestBoard;
  readonly name: string;
  /** Undefined for a name without one. */
  readonly password: string | undefined;
}

/** A connection of a user. What it receives is compared as a text, which `shown` makes of what was expected. */
export interface Actor {
  /**
   * Sends them in one packet.
   * @param isHere whether they are about the group of the place where the user is
   * @returns the text of each reply; of a person, that of all replies
   */
  ask(requests: readonly Request[], isHere: boolean): Promise<string[]>;
  shown(request: Request, answer: Answer, isHere: boolean): string;
  /** What was announced and not returned yet, but for notices that are gathered over time: who came and went. */
  notices(): Promise<string[]>;
  /** Undefined if the encoding does not show this notice. */
  shownNotice(notice: Told): string | undefined;
  /** Waits until the board has closed the connection. @returns what was announced at the end */
  expelled(): Promise<string[]>;
  exit(): Promise<void>;
  vanish(): Promise<void>;
  /** The last invitation code that was answered. */
  readonly lastCode: string | undefined;
}
