import type { Method, Notice, Params, Result } from '../protocol/schemas.ts';

/** Is called for everything that the board answers and announces, in order. */
export interface Observer {
  /** A call was answered. */
  called<M extends Method>(method: M, params: Params<M>, result: Result<M>): void;
  noticed(notice: Notice): void;
  /** The session was resumed. Of the gap, only messages and marks are announced later. */
  resumed(): void;
}
