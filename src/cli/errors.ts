/** A failure that is the user's to mend: told in one line, without a stack trace; exit 1. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
