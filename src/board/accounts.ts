import { BoardError, boardError } from '../protocol/errors.ts';
import type { ServerLimits } from '../protocol/limits.ts';
import { networkOf } from './addresses.ts';
import { type Access, type Admission, requireAdmitted } from './admission.ts';
import { HourlyLimit } from './hourly-limit.ts';
import { type Name, nameKey } from './name-key.ts';
import { userName } from './names.ts';
import { checkedPassword, PasswordAttempts } from './password-attempts.ts';
import type { Passwords } from './passwords.ts';
import type { AccountRepository, EndingToken, NewLogin } from './ports/accounts.ts';
import type { Actor, Payer } from './ports/actor.ts';
import { newTokenId, Tokens } from './tokens.ts';
import type { NewKey, OpenedLogin, Origin, SessionToken } from './types.ts';

export interface LoginRequest {
  readonly user: string;
  readonly password?: string | undefined;
  /**
   * True registers the name with the password if the name is free. False refuses a name that does not exist.
   * If it is left out and there is no password, an open board makes a user for a free name.
   */
  readonly create?: boolean | undefined;
}

/** A login that a trusted door asks for, which has verified a signature under `key` if there is one. */
export interface DoorLoginRequest extends Omit<LoginRequest, 'user'> {
  /** Left out for a login by a known key. */
  readonly user?: string | undefined;
  readonly key?: NewKey | undefined;
  /** True stores the key after a right password. If that fails, the login succeeds, and says why. */
  readonly remember?: boolean | undefined;
  /** True for a key that the user has added as a line: it is the user's own from now on. */
  readonly claim?: boolean | undefined;
}

export type NewNames = Pick<ServerLimits, 'newNamesPerHour' | 'newNamesAtOnce'>;

/** The origin of a login. */
export interface Caller {
  readonly origin: Origin;
  /** The address under which wrong passwords are counted. */
  readonly address: string;
  /** Aborted when the connection ends. */
  readonly ended: AbortSignal;
  readonly hasEnded: boolean;
  /** Whether the session was resumed by a token, which proves less than a login. */
  readonly isResumed?: boolean;
  readonly payer?: Payer | undefined;
}

/** The proof of a login, and what the login stores. */
interface LoginRules extends Pick<NewLogin, 'newPasswordHash' | 'newKey' | 'network'> {
  readonly admission: Admission;
}

/** A login with the token that resumes it. */
export interface TokenLogin {
  readonly login: OpenedLogin;
  readonly token: string;
}

/** Logins: names, passwords and tokens, and the limits against guessing. */
export class Accounts {
  private readonly passwords: PasswordAttempts;
  private readonly newNames: HourlyLimit;
  private readonly tokens: Tokens;

  constructor(
    private readonly repository: AccountRepository,
    passwords: Passwords,
    /** May be changed at any time. Open sessions go on. */
    public access: Access,
    /** The limit of new users of one network. */
    { newNamesPerHour, newNamesAtOnce }: NewNames,
    /** Milliseconds, from any origin. */
    now: () => number = () => performance.now(),
  ) {
    this.newNames = new HourlyLimit(newNamesPerHour, newNamesAtOnce, now);
    this.tokens = new Tokens(repository.tokenKey);
    this.passwords = new PasswordAttempts(repository, passwords, now);
  }

  /**
   * Checking or making a hash takes long. Until it is done, the user may be deleted, renamed, banned or get
   * another password, and a free name may be taken. So the transaction of the login checks again (`Admission`).
   * @throws BoardError `NAME_INVALID`, `PASSWORD_REQUIRED`, `PASSWORD_WRONG` (also for an
   * unknown name), `REGISTRATION_REQUIRED`, `USER_NOT_FOUND`, `USER_EXISTS` if the name was taken
   * during its registration, `PASSWORD_INVALID`, `BANNED`, `RATE_LIMITED`
   */
  login(request: LoginRequest, caller: Caller): Promise<TokenLogin> {
    return this.loginByName(request, caller, {});
  }

  /**
   * A known key logs its owner in, whatever the name. With `claim`, a key that the user of the name has added as a line logs this
   * user in. An unknown key is stored for a user whom the login creates, and with `remember` after a right password. Otherwise
   * as `login`.
   * @throws BoardError as `login`, and `SSH_KEY_NOT_FOUND` for an unknown key without a name, or one that was removed
   * meanwhile, `SSH_KEY_TAKEN`
   */
  async loginAtDoor(
    { key, user, remember, claim, ...request }: DoorLoginRequest,
    caller: Caller,
  ): Promise<TokenLogin> {
    const owner = key && (await this.repository.ownerOfKey(key.fingerprint));
    if (owner) {
      const { fingerprint } = key;
      const admission = { by: 'key', key: owner.key, fingerprint } as const;
      const name = { name: owner.user.name, key: nameKey(owner.user.name) };
      const login = { admission, newPasswordHash: null, network: null };
      return (await this.openKnown(name, caller, login)) ?? this.open(name, caller, login);
    }
    if (user === undefined) {
      throw boardError('SSH_KEY_NOT_FOUND', 'The board knows', key?.fingerprint ?? '');
    }
    if (key && claim === true) {
      const { fingerprint } = key;
      const admission = { by: 'claim', fingerprint } as const;
      const login = { admission, newPasswordHash: null, newKey: key, network: null };
      return this.open(userName(user), caller, login);
    }
    return this.loginByName({ user, ...request }, caller, {
      ofNew: request.create === true ? key : undefined,
      ofProven: remember === true ? key : undefined,
    });
  }

  /** @param keys the SSH key to store for a user whom the login creates, and for one whose password is right */
  private async loginByName(
    { user, password, create }: LoginRequest,
    caller: Caller,
    keys: { readonly ofNew?: NewKey | undefined; readonly ofProven?: NewKey | undefined },
  ): Promise<TokenLogin> {
    const name = userName(user);
    const network = networkOf(caller.address);
    if (password === undefined) {
      const admission = { by: 'name', access: this.access, create } as const;
      const login = { admission, newPasswordHash: null, network: null };
      const known = await this.openKnown(name, caller, login);
      if (known) return known;
      requireAdmitted(admission, name, undefined);
      return this.openNew(name, caller, { ...login, newKey: keys.ofNew });
    }
    const account = await this.repository.account(name);
    if (!account && create === true && this.access !== 'closed') {
      this.newNames.require(network);
      const newPasswordHash = await this.passwords.ofNewName(
        checkedPassword(password),
        network,
        caller.ended,
      );
      const admission = { by: 'registration', access: this.access } as const;
      requireAdmitted(admission, name, await this.repository.account(name));
      const newKey = keys.ofNew;
      const login = { admission, newPasswordHash, newKey, network: knowable(caller) };
      return this.openNew(name, caller, login);
    }
    await this.passwords.verify({ name, password, account }, caller);
    // For an unknown name no password is right.
    if (!account) throw boardError('PASSWORD_WRONG');
    const { passwordHash } = account;
    const admission = { by: 'password', user: account.user.id, passwordHash } as const;
    const newKey = keys.ofProven;
    const login = { admission, newPasswordHash: null, newKey, network: knowable(caller) };
    const opened = keys.ofProven ? undefined : await this.openKnown(name, caller, login);
    return opened ?? this.open(name, caller, login);
  }

  /** @throws BoardError `TOKEN_INVALID`, `BANNED` */
  async resume(token: string, { origin, payer }: Caller): Promise<TokenLogin> {
    return { login: await this.repository.resume(this.tokens.read(token), origin, payer), token };
  }

  /** Ends a session at its logout, and its token. */
  logout(actor: Actor, token: SessionToken | null): Promise<void> {
    return this.repository.logout(actor, token);
  }

  /** The time up to which events are published. */
  publishedUntil(): number {
    return this.repository.publishedUntil();
  }

  /** Records the end of a session, which was sent all events that were published until `until`. */
  disconnect(actor: Actor, token: EndingToken | null, until: number): Promise<void> {
    return this.repository.disconnect(actor, token, until);
  }

  /**
   * Sets the password that protects a name. The user's other sessions end, and all tokens but `keep`.
   * @throws BoardError `PASSWORD_INVALID`, `PASSWORD_REQUIRED`, `PASSWORD_WRONG`, `RATE_LIMITED`,
   * `BANNED`, `USER_NOT_FOUND`, and `SESSION_ENDED` if it was changed since the session began
   */
  async setPassword(
    actor: Actor,
    { password, current }: { password: string; current?: string | undefined },
    keep: SessionToken | null,
    caller: Caller,
  ): Promise<void> {
    const checked = checkedPassword(password);
    await this.requireOwner(actor, current, caller);
    const network = networkOf(caller.address);
    const hash = await this.passwords.ofUser(checked, network, caller.ended);
    await this.repository.setPassword(actor, hash, { keep, network: knowable(caller) });
  }

  /**
   * Checks that a session may change what protects its name. It may if it logged in by an SSH key, gives the password again, or
   * if nothing protects the name. A token alone is not enough: it may be stolen.
   * @throws BoardError `PASSWORD_REQUIRED`, `PASSWORD_WRONG`, `RATE_LIMITED`
   */
  async requireOwner(
    { user, proof }: Actor,
    current: string | undefined,
    caller: Caller,
  ): Promise<void> {
    const { passwordHash, isProtected, key } = proof;
    if (!isProtected || (key !== null && !caller.isResumed)) return;
    if (passwordHash === null) throw boardError('PASSWORD_REQUIRED');
    if (current === undefined) {
      throw new BoardError('PASSWORD_REQUIRED', 'The current password of your name is needed.');
    }
    const account = { user, passwordHash };
    await this.passwords.verify({ name: userName(user.name), password: current, account }, caller);
  }

  /** Opens a session as `open` does, without a write; undefined if it needs one. */
  private async openKnown(
    name: Name,
    caller: Caller,
    login: LoginRules,
  ): Promise<TokenLogin | undefined> {
    const given = newLogin(caller, login);
    const opened = await this.repository.loginKnown(name, given, caller.origin);
    return opened && this.withToken(opened);
  }

  /** For a free name. Only a login that makes a user counts against the limit of its network. */
  private async openNew(name: Name, caller: Caller, login: LoginRules): Promise<TokenLogin> {
    const network = networkOf(caller.address);
    this.newNames.take(network);
    let isNew = false;
    try {
      const opened = await this.open(name, caller, login);
      isNew = opened.login.isNew === true;
      return opened;
    } finally {
      if (!isNew) this.newNames.giveBack(network);
    }
  }

  private async open(name: Name, caller: Caller, login: LoginRules): Promise<TokenLogin> {
    const given = newLogin(caller, login);
    return this.withToken(await this.repository.login(name, given, caller.origin));
  }

  private withToken(login: OpenedLogin): TokenLogin {
    return { login, token: this.tokens.issue(login.user.id, login.token, login.proof.key) };
  }
}

/** @throws BoardError `CONNECTION_ENDED` */
function newLogin({ hasEnded, payer }: Caller, login: LoginRules): NewLogin {
  if (hasEnded) throw boardError('CONNECTION_ENDED');
  return { ...login, tokenId: newTokenId(), payer };
}

/** The network that a right password makes known. A Unix socket is none: different people may come by it. */
function knowable({ address }: Caller): string | null {
  return address.startsWith('unix:') ? null : networkOf(address);
}
