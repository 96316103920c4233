import type { Method, Params } from '../schemas.ts';

/**
 * The password that was given last. People often type a new password twice, even if they are asked
 * once. A line that repeats it is not run, shown, kept in the history or used as a name.
 */
export class RecentSecret {
  private secret: string | undefined;

  /** Is called with the params of each request before it is sent. */
  asked(params: Params<Method>): void {
    if ('password' in params && params.password !== undefined) this.secret = params.password;
  }

  /** Whether a line repeats the password. */
  repeats(line: string): boolean {
    return this.secret !== undefined && line.trim() === this.secret.trim();
  }

  /** Called after another line was typed: the user will not repeat the password now. */
  forget(): void {
    this.secret = undefined;
  }
}

/** Printed instead of running a line that repeats the password. */
export const repeatedSecret = 'That was the password again: it was not run as a command.';
