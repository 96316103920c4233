import { boardError } from '../protocol/errors.ts';
import type { Call, Result } from '../protocol/schemas.ts';
import type { AskSecret } from '../protocol/text/command.ts';
import { takeName } from '../protocol/text/login.ts';

export interface CredentialsOptions {
  /** The name to take. */
  readonly user: string;
  /** The password of the name, or a function that asks for it if the board wants one. */
  readonly password?:
    | string
    /** @param chosen whether it is a new password, which a user should type twice */
    | ((prompt: string, chosen?: boolean) => string | Promise<string>)
    | undefined;
  /** Registers the name with the password if the name is free. */
  readonly create?: boolean | undefined;
}

/** How a session is opened, on one connection after the other. */
export interface Credentials {
  /** Opens the first session. @throws any error of `call` */
  login(call: Call): Promise<Result<'session.login'>>;
  /** Opens a session after the last one was lost. @throws any error of `call` */
  loginAgain(call: Call): Promise<Result<'session.login'>>;
  /** Called when the operator has renamed the user. */
  renamed(user: string): void;
  /** Called when the user has set a password. */
  passwordSet(password: string): void;
}

/** The name and the password of a session. A password that the user was asked for is remembered. */
export class NameCredentials implements Credentials {
  private user: string;
  private password: string | undefined;

  constructor(private readonly options: CredentialsOptions) {
    this.user = options.user;
    if (typeof options.password === 'string') this.password = options.password;
  }

  renamed(user: string): void {
    this.user = user;
  }

  passwordSet(password: string): void {
    this.password = password;
  }

  /** Logs in. The name may be new. @throws any error of `call` */
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
   * Logs in again. If the user was deleted since the last login, it is not created again.
   * @throws any error of `call`, and BoardError `USER_NOT_FOUND` or `PASSWORD_WRONG` if the user does not exist
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
