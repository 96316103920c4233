import type { Method, Params } from '../schemas.ts';

/**
 * The password that was given last. People type a new one twice, also where they are asked once:
 * a line that repeats it is neither run, nor shown, nor kept, nor taken for a name.
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

  /** Another line was typed: nobody repeats it any more. */
  forget(): void {
    this.secret = undefined;
  }
}

/** What a person is told in place of what their line would do. */
export const repeatedSecret = 'That was the password again: it was not run as a command.';
