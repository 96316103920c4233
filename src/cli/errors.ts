/** A failure that is the user's to mend: told in one line, without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';

  /** @param exitCode 1, 2 for wrong usage, 130 or 143 for what Ctrl-C or SIGTERM ended */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 130 | 143 = 1,
  ) {
    super(message);
  }
}

/** A signal, or a closed pipe, has ended what goes on until then: there is nothing to tell. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  /** @param exitCode as shells have it for Ctrl-C (130), a closed pipe (141) and SIGTERM (143) */
  constructor(readonly exitCode: 130 | 141 | 143) {
    super('interrupted');
  }
}
