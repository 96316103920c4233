import { Expected } from '../protocol/expected.ts';

/** Every code that the program exits with, and what it means. The help and the manual list them. */
export const exitCodes = {
  0: 'Done.',
  1: 'Failed; one line on standard error says why.',
  2: 'Wrong usage.',
  130: 'Ended by Ctrl-C.',
  141: 'Ended by a closed pipe in the middle of a script of chat.',
  143: 'Ended by SIGTERM.',
} as const;

export type ExitCode = keyof typeof exitCodes;

/** An expected failure that the user can fix. */
export class UserError extends Expected {
  override readonly name = 'UserError';

  /** @param exitCode 1, 2 for wrong usage, 130 or 143 if Ctrl-C or SIGTERM ended the command */
  constructor(
    message: string,
    readonly exitCode: Exclude<ExitCode, 0 | 141> = 1,
  ) {
    super(message);
  }
}

/** A visitor has left. What there was to say was printed already. */
export class VisitEnded extends Expected {
  override readonly name = 'VisitEnded';

  /** @param exitCode as `visit` returns it */
  constructor(readonly exitCode: number) {
    super('the visit has ended');
  }
}

/** A signal or a closed pipe has ended a command that would go on until then. Nothing is printed. */
export class Interrupted extends Expected {
  override readonly name = 'Interrupted';

  /** @param exitCode the shell's code for Ctrl-C (130), a closed pipe (141) or SIGTERM (143) */
  constructor(readonly exitCode: Extract<ExitCode, 130 | 141 | 143>) {
    super('interrupted');
  }
}
