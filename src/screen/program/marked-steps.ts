import type { Marks, NumberRange } from '../../protocol/marks.ts';

/** What one key has marked as read: a message, a thread, or a group. */
export type MarkedStep =
  | {
      readonly of: 'message';
      readonly group: number;
      readonly thread: number;
      readonly number: number;
      /** How many of the messages mention the user. */
      readonly mentions: number;
    }
  | {
      readonly of: 'thread';
      readonly group: number;
      readonly ranges: readonly NumberRange[];
      readonly unread: number;
      readonly mentions: number;
    }
  | {
      readonly of: 'group';
      readonly group: number;
      /** What had been read before. */
      readonly was: Marks;
      /** The last message that the key marked. */
      readonly upTo: number;
      readonly unread: number;
      readonly mentions: number;
    };

/** Steps that can be taken back. */
const mostSteps = 100;

/** What was marked as read, so that `z` can take it back, the newest first. */
export class MarkedSteps {
  private readonly steps: MarkedStep[] = [];

  add(step: MarkedStep): void {
    this.steps.push(step);
    if (this.steps.length > mostSteps) this.steps.shift();
  }

  /** Removes the newest step. */
  take(): MarkedStep | undefined {
    return this.steps.pop();
  }
}
