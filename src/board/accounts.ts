import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import { networkOf } from './addresses.ts';
import { type Name, userName } from './names.ts';
import type { Passwords } from './passwords.ts';
import type { AccountRepository, Actor, NewLogin } from './repository.ts';
import { Throttle } from './throttle.ts';
import type { Account, OpenedLogin, Origin } from './types.ts';

/** Who may connect: any free name, new names with a password, or only names the operator made. */
export type Access = 'open' | 'registered' | 'closed';

export interface LoginRequest {
  readonly user: string;
  readonly password?: string | undefined;
  /**
   * Whether to register the name with the password, where it is free. False asks for a name that
   * there is: without it, and without a password, an open board makes a user of any free name.
   */
  readonly create?: boolean | undefined;
}

/** Where a login comes from. */
export interface Caller {
  readonly origin: Origin;
  /** The address that wrong passwords count against. */
  readonly address: string;
  /** Whether the session is given a token that resumes it. */
  readonly resumable: boolean;
}

/** A login with the token that resumes it. */
export interface TokenLogin {
  readonly login: OpenedLogin;
  readonly token: string;
}

// Wrong passwords before a name, and an address that many people may share, are slowed down.
const freeTriesPerName = 3;
const freeTriesPerAddress = 20;

/** Who people are: names, passwords, tokens, and how hard they are to guess. */
export class Accounts {
  private readonly names = new Throttle(freeTriesPerName);
  private readonly addresses = new Throttle(freeTriesPerAddress);

  constructor(
    private readonly repository: AccountRepository,
    private readonly passwords: Passwords,
    /** May be changed at any time; who is connected stays so. */
    public access: Access,
    /** Settles after so many milliseconds; sooner only in tests. */
    private readonly pause: (milliseconds: number) => Promise<unknown> = delay,
  ) {}

  /**
   * What a login rests on is looked at inside its transaction (`NewLogin.confirm`), because making
   * or checking a hash takes long: meanwhile the user can be deleted, renamed, banned or given
   * another password, the name be taken, and `access` be changed.
   * @throws BoardError `NAME_INVALID`, `PASSWORD_REQUIRED`, `PASSWORD_WRONG` (the same for a name
   * that is unknown), `REGISTRATION_REQUIRED`, `USER_NOT_FOUND`, `USER_EXISTS` if the name was taken
   * during its registration, `PASSWORD_INVALID`, `BANNED`, `RATE_LIMITED`
   */
  async login({ user, password, create }: LoginRequest, caller: Caller): Promise<TokenLogin> {
    const name = userName(user);
    if (password === undefined) {
      const confirm = (found: Account | undefined) => this.requireNone(name, found, create);
      return this.open(name, caller, { confirm, newPasswordHash: null, network: null });
    }
    const account = await this.repository.account(name);
    const network = networkOf(caller.address);
    if (!account && create === true && this.access !== 'closed') {
      const newPasswordHash = await this.passwords.hash(checkedPassword(password));
      const confirm = (found: Account | undefined) => this.requireFree(found);
      return this.open(name, caller, { confirm, newPasswordHash, network });
    }
    await this.verify(name, password, account?.passwordHash ?? null, caller);
    const confirm = (found: Account | undefined) => requireSame(found, account);
    return this.open(name, caller, { confirm, newPasswordHash: null, network });
  }

  /** @throws BoardError `TOKEN_INVALID`, `BANNED` */
  async resume(token: string, { origin }: Caller): Promise<TokenLogin> {
    return { login: await this.repository.resume(hashToken(token), origin), token };
  }

  /** Ends a token that opened no session. */
  discard(token: string): Promise<void> {
    return this.repository.endToken(hashToken(token));
  }

  /** Ends a session that asks for it, and its token. */
  logout(actor: Actor, tokenHash: string): Promise<void> {
    return this.repository.logout(actor, tokenHash);
  }

  /** Records the end of a session, and with it of `endedToken` if nothing shall resume it. */
  disconnect(actor: Actor, endedToken: string | null): Promise<void> {
    return this.repository.disconnect(actor, endedToken);
  }

  /**
   * Sets the password that protects a name. The user's other sessions end, and all tokens but `keep`.
   * @throws BoardError `PASSWORD_INVALID`, `PASSWORD_REQUIRED`, `PASSWORD_WRONG`, `RATE_LIMITED`,
   * `BANNED`, `USER_NOT_FOUND`, and `SESSION_ENDED` if it was changed since the session began
   */
  async setPassword(
    actor: Actor,
    { password, current }: { password: string; current?: string | undefined },
    keep: string | null,
    caller: Caller,
  ): Promise<void> {
    const checked = checkedPassword(password);
    if (actor.passwordHash !== null) {
      if (current === undefined) throw boardError('PASSWORD_REQUIRED');
      await this.verify(userName(actor.user.name), current, actor.passwordHash, caller);
    }
    const hash = await this.passwords.hash(checked);
    await this.repository.setPassword(actor, hash, { keep, network: networkOf(caller.address) });
  }

  private async open(
    name: Name,
    { origin, resumable }: Caller,
    login: Pick<NewLogin, 'confirm' | 'newPasswordHash' | 'network'>,
  ): Promise<TokenLogin> {
    const token = randomBytes(32).toString('base64url');
    const tokenHash = hashToken(token);
    const opened = await this.repository.login(name, { ...login, tokenHash, resumable }, origin);
    return { login: opened, token };
  }

  private async verify(name: Name, password: string, hash: string | null, caller: Caller) {
    const network = networkOf(caller.address);
    const wait = Math.max(this.names.reserve(name.key), this.addresses.reserve(network));
    if (wait > 0) await this.pause(wait);
    if (!(await this.passwords.matches(password, hash))) throw boardError('PASSWORD_WRONG');
    this.names.forgive(name.key);
    this.addresses.forgive(network);
  }

  /** Whether a name may be used, or taken, without a password. */
  private requireNone(
    { name }: Name,
    found: Account | undefined,
    create: boolean | undefined,
  ): void {
    if (found?.passwordHash === null) return;
    if (found || this.access === 'closed') throw boardError('PASSWORD_REQUIRED');
    if (this.access === 'registered') throw boardError('REGISTRATION_REQUIRED');
    if (create === false) throw boardError('USER_NOT_FOUND', name);
  }

  /** Whether a name may be registered. */
  private requireFree(found: Account | undefined): void {
    if (found) throw boardError('USER_EXISTS', found.user.name);
    if (this.access === 'closed') throw boardError('PASSWORD_WRONG');
  }
}

/** Whether the user is the one whose password was checked, and the password is still theirs. */
function requireSame(found: Account | undefined, checked: Account | undefined): void {
  const same = found?.user.id === checked?.user.id && found?.passwordHash === checked?.passwordHash;
  if (!found || !same) throw boardError('PASSWORD_WRONG');
}

/** @throws BoardError `PASSWORD_INVALID` */
export function checkedPassword(password: string): string {
  if (Buffer.byteLength(password) > limits.password) {
    throw boardError('PASSWORD_INVALID', `it is longer than ${limits.password} bytes`);
  }
  if ([...password].length < limits.passwordLeast) {
    throw boardError('PASSWORD_INVALID', `it has fewer than ${limits.passwordLeast} characters`);
  }
  return password;
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
