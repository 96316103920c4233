import type { Method, Notice, Params, Result } from '../protocol/schemas.ts';

/** Follows what a board says to this client, in the order in which it came. */
export interface Observer {
  /** A request was carried out. */
  called<M extends Method>(method: M, params: Params<M>, result: Result<M>): void;
  noticed(notice: Notice): void;
  /** The session goes on after a gap, in which only messages and marks are not lost. */
  resumed(): void;
}
