import { boardError } from '../protocol/errors.ts';
import type { Call, Result } from '../protocol/schemas.ts';
import type { AskSecret } from '../protocol/text/command.ts';
import { takeName } from '../protocol/text/login.ts';

export interface CredentialsOptions {
  /** The name to take. */
  readonly user: string;
  /** The password of the name, or what asks for it where the board wants one. */
  readonly password?:
    | string
    /** @param chosen whether it is a new password: a person should type it twice */
    | ((prompt: string, chosen?: boolean) => string | Promise<string>)
    | undefined;
  /** Registers the name with the password, where it is free. */
  readonly create?: boolean | undefined;
}

/** Who one is. A password that was asked for is remembered, so that nobody is asked again. */
export class Credentials {
  private user: string;
  private password: string | undefined;

  constructor(private readonly options: CredentialsOptions) {
    this.user = options.user;
    if (typeof options.password === 'string') this.password = options.password;
  }

  /** The operator, or the user from elsewhere, has changed it. */
  renamed(user: string): void {
    this.user = user;
  }

  passwordSet(password: string): void {
    this.password = password;
  }

  /** Logs in by name, which may be a new one. @throws what `call` throws */
  async login(call: Call): Promise<Result<'session.login'>> {
    const { user } = this;
    const { create } = this.options;
    if (create) this.password ??= await this.ask(`Choose a password for ${user}: `, true);
    const { password } = this;
    if (password !== undefined) {
      return call('session.login', { user, password, ...(create && { create }) });
    }
    return takeName(user, { call, ask: this.ask });
  }

  /**
   * Logs in by the name that one had: a user who was removed meanwhile is not made anew.
   * @throws what `call` throws, BoardError `USER_NOT_FOUND` or `PASSWORD_WRONG` where there is no such user
   */
  async loginAgain(call: Call): Promise<Result<'session.login'>> {
    const { user, password } = this;
    if (password !== undefined) return call('session.login', { user, password });
    return takeName(user, { call, ask: this.ask, create: false });
  }

  private readonly ask: AskSecret = async (prompt, chosen) => {
    const { password } = this.options;
    if (typeof password !== 'function') throw boardError('PASSWORD_REQUIRED');
    this.password = await password(prompt, chosen);
    return this.password;
  };
}
