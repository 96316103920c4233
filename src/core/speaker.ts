import type { Line } from '../protocol/framing.ts';
import type { Costs } from './costs.ts';
import type { RequestQueue } from './request-queue.ts';

/** The server's half of one encoding: takes the lines of a connection and sees them answered. */
export interface Speaker {
  /** Whether a request that is under way waits for the next line. */
  readonly asks: boolean;
  /** @param bytes of the line, about */
  receive(line: Line, bytes: number): void;
  /** Nothing more will come. */
  end(): void;
}

/** What a speaker speaks through: its connection. */
export interface Voice {
  readonly requests: RequestQueue;
  readonly costs: Costs;
  say(chunk: string | Buffer): void;
  /** Asks for the next line, which a request that is under way waits for. */
  readOn(): void;
  /** Waits until the peer has read enough for more to be said; false if it is gone. */
  ready(): Promise<boolean>;
}
