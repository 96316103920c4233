import { Expected } from '../protocol/expected.ts';

/** An address that cannot be listened on; the message says why, and what to do. */
export class ListenError extends Expected {
  override readonly name = 'ListenError';
}
