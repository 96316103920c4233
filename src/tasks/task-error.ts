import { Expected } from '../protocol/expected.ts';

/** A task cannot be done or go on, for a reason that its user can understand. The message is a sentence. */
export class TaskError extends Expected {
  override readonly name = 'TaskError';
}
