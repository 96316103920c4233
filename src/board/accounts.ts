import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import { networkOf } from './addresses.ts';
import { type Name, userName } from './names.ts';
import type { Passwords } from './passwords.ts';
import type { AccountRepository, Actor } from './repository.ts';
import { Throttle } from './throttle.ts';
import type { OpenedLogin, Origin } from './types.ts';

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

/** Where a login comes from: the session, and the address that wrong passwords count against. */
export interface Caller {
  readonly origin: Origin;
  readonly address: string;
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
   * @throws BoardError `NAME_INVALID`, `PASSWORD_REQUIRED`, `PASSWORD_WRONG` (the same for a name
   * that is unknown), `REGISTRATION_REQUIRED`, `USER_NOT_FOUND`, `PASSWORD_INVALID`, `BANNED`,
   * `RATE_LIMITED`
   */
  async login(request: LoginRequest, caller: Caller): Promise<TokenLogin> {
    const name = userName(request.user);
    const account = await this.repository.account(name);
    const hash = account?.passwordHash ?? null;
    const token = randomBytes(32).toString('base64url');
    const tokenHash = hashToken(token);
    if (!account && this.mayRegister(request)) {
      const passwordHash = await this.passwords.hash(checkedPassword(request.password));
      const credentials = { verified: null, passwordHash, tokenHash };
      return { login: await this.repository.login(name, credentials, caller.origin), token };
    }
    if (request.password !== undefined) await this.verify(name, request.password, hash, caller);
    else this.requireNone(account !== undefined, hash, request);
    const credentials = { verified: hash, passwordHash: null, tokenHash };
    return { login: await this.repository.login(name, credentials, caller.origin), token };
  }

  /** @throws BoardError `TOKEN_INVALID`, `BANNED` */
  async resume(token: string, { origin }: Caller): Promise<TokenLogin> {
    return { login: await this.repository.resume(hashToken(token), origin), token };
  }

  /** Ends a token that opened no session. */
  discard(token: string): Promise<void> {
    return this.repository.endToken(hashToken(token));
  }

  /** Ends a session, and with it `endedToken` where nothing shall resume it. */
  logout(actor: Actor, endedToken: string | null): Promise<void> {
    return this.repository.logout(actor, endedToken);
  }

  /** @throws BoardError `PASSWORD_INVALID`, `PASSWORD_REQUIRED`, `PASSWORD_WRONG`, `RATE_LIMITED` */
  async setPassword(
    actor: Actor,
    { password, current }: { password: string; current?: string | undefined },
    keepToken: string | null,
    caller: Caller,
  ): Promise<void> {
    const checked = checkedPassword(password);
    const name = userName(actor.user.name);
    const before = (await this.repository.account(name))?.passwordHash ?? null;
    if (before !== null) {
      if (current === undefined) throw boardError('PASSWORD_REQUIRED');
      await this.verify(name, current, before, caller);
    }
    const after = await this.passwords.hash(checked);
    await this.repository.setPassword(actor, { before, after }, keepToken);
  }

  private mayRegister(request: LoginRequest): request is LoginRequest & { password: string } {
    return this.access !== 'closed' && request.create === true && request.password !== undefined;
  }

  private async verify(name: Name, password: string, hash: string | null, caller: Caller) {
    const network = networkOf(caller.address);
    const wait = Math.max(this.names.reserve(name.key), this.addresses.reserve(network));
    if (wait > 0) await this.pause(wait);
    if (!(await this.passwords.matches(password, hash))) throw boardError('PASSWORD_WRONG');
    this.names.forgive(name.key);
    this.addresses.forgive(network);
  }

  /** Whether a name may be used without a password. */
  private requireNone(known: boolean, hash: string | null, request: LoginRequest): void {
    if (hash !== null) throw boardError('PASSWORD_REQUIRED');
    if (known) return;
    if (this.access === 'open') {
      if (request.create === false) throw boardError('USER_NOT_FOUND', request.user);
      return;
    }
    throw boardError(this.access === 'closed' ? 'PASSWORD_REQUIRED' : 'REGISTRATION_REQUIRED');
  }
}

/** @throws BoardError `PASSWORD_INVALID` */
export function checkedPassword(password: string): string {
  if ([...password].length < limits.passwordLeast) {
    throw boardError('PASSWORD_INVALID', `it has fewer than ${limits.passwordLeast} characters`);
  }
  if (Buffer.byteLength(password) > limits.password) {
    throw boardError('PASSWORD_INVALID', `it is longer than ${limits.password} bytes`);
  }
  return password;
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
