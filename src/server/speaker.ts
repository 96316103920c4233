import type { Line } from '../protocol/framing.ts';
import type { Rate } from './rate.ts';
import type { RequestQueue } from './request-queue.ts';

/** The server's half of one encoding: takes the lines of a connection and sees them answered. */
export interface Speaker {
  receive(line: Line): void;
  /** Nothing more will come. */
  end(): void;
}

/** What a speaker speaks through: its connection. */
export interface Voice {
  readonly requests: RequestQueue;
  /** Of the commands that are carried out. */
  readonly rate: Rate;
  say(text: string): void;
  /** Waits until the peer has read enough for more to be said; false if it is gone. */
  ready(): Promise<boolean>;
}
