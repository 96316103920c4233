import { Expected } from '../protocol/expected.ts';

/** The SSH server cannot run as it is set up; the message says why, and what to do. */
export class SshError extends Expected {
  override readonly name = 'SshError';
}
