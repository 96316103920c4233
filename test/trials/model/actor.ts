import type { TestBoard } from '../../helpers/board.ts';
import type { Answer } from './oracle.ts';

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
  readonly password: string;
}

/** A connection of a user. What it receives is compared as a text, which `shown` makes of what was expected. */
export interface Actor {
  /** Sends them in one packet; gives a text for each. */
  ask(requests: readonly Request[]): Promise<string[]>;
  shown(request: Request, answer: Answer): string;
  /** What was announced and not taken yet. What is gathered over time is left out: who came and went. */
  notices(): Promise<string[]>;
  /** Undefined if the encoding does not show this notice. */
  shownNotice(notice: Told): string | undefined;
  exit(): Promise<void>;
  vanish(): Promise<void>;
}
