/** A failure that is the user's to mend: told in one line, without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';

  /** @param exitCode 1, 2 for wrong usage, or 130 for what Ctrl-C ended, as shells have it */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 130 = 1,
  ) {
    super(message);
  }
}
