import { BoardError } from '../../protocol/errors.ts';
import { hintFor } from '../../protocol/hints.ts';
import { UserError } from '../errors.ts';

/** Adds advice for the user of a command to an error of the board. */
export function withHint(error: unknown): unknown {
  const hint = error instanceof BoardError ? hintFor(error, 'running') : undefined;
  return hint ? new UserError(`${(error as BoardError).message} ${hint}`) : error;
}
