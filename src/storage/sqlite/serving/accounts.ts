import type { Name } from '../../../board/name-key.ts';
import type { AccountRepository, EndingToken, NewLogin } from '../../../board/ports/accounts.ts';
import type { Actor, Payer } from '../../../board/ports/actor.ts';
import type { KeyRepository } from '../../../board/ports/keys.ts';
import { day } from '../../../board/times.ts';
import type { PresentedToken } from '../../../board/tokens.ts';
import type {
  Account,
  ClaimedKey,
  NewKey,
  OpenedLogin,
  Origin,
  SessionToken,
  StoredKey,
  User,
} from '../../../board/types.ts';
import { requireActiveSession } from '../acts/active-session.ts';
import { hasClaimed, keysOfUser } from '../acts/keys.ts';
import { asAccount } from '../acts/stored-account.ts';
import { isStorageRefusal } from '../file/failure.ts';
import { plain } from './repository.ts';
import type { Store } from './store.ts';

/**
 * Accounts, their tokens and their SSH keys in SQLite. A login of a known user from a known network, and a resume, only read: see
 * `Store.runUnwritten`. So they work while nothing can be written.
 */
export class SqliteAccounts implements AccountRepository, KeyRepository {
  constructor(private readonly store: Store) {}

  /** @throws Error on a database that no server has opened */
  get tokenKey(): Uint8Array {
    const found = this.store.statements.tokenKey.get();
    if (!found) throw new Error('The board has no token key.');
    return found.key;
  }

  account(name: Name): Promise<Account | undefined> {
    return this.store.read(() =>
      asAccount(this.store.statements.accountByKey.get({ key: name.key })),
    );
  }

  knows({ id }: User, network: string): Promise<boolean> {
    return this.store.read(() => {
      const found = this.store.statements.networkOf.get({ user: id, network });
      return found !== undefined;
    });
  }

  async loginKnown(
    name: Name,
    { payer, ...login }: NewLogin,
    origin: Origin,
  ): Promise<OpenedLogin | undefined> {
    const opened = await this.store.runUnwritten('loginKnown', { name, login, origin }, payer);
    return opened && this.read(opened);
  }

  async login(name: Name, { payer, ...login }: NewLogin, origin: Origin): Promise<OpenedLogin> {
    try {
      return await this.store.run('login', { name, login, origin }, { payer });
    } catch (error) {
      if (!isStorageRefusal(error)) throw error;
      // If the network cannot be stored, the login succeeds all the same.
      const args = { name, login, origin, isUnwritten: true as const };
      const opened = await this.store.runUnwritten('loginKnown', args, payer);
      if (!opened) throw error;
      return { ...this.read(opened), readOnly: true };
    }
  }

  async resume(token: PresentedToken, origin: Origin, payer?: Payer): Promise<OpenedLogin> {
    const opened = await this.store.runUnwritten('resume', { token, origin }, payer);
    const now = this.store.expected();
    // A token that was issued a day ago needs a row to be valid for longer than 30 days.
    if (token.issuedAt < now - day) {
      this.store.uses.used({ user: opened.user.id, token: opened.token, at: now });
    }
    return this.read(opened);
  }

  setPassword(
    actor: Actor,
    passwordHash: string,
    { keep, network }: { keep: SessionToken | null; network: string | null },
  ): Promise<void> {
    const args = { actor: plain(actor), passwordHash, keep, network };
    return this.store.run('setPassword', args, actor);
  }

  logout(actor: Actor, token: SessionToken | null): Promise<void> {
    return this.store.run('logout', { actor: plain(actor), token }, actor);
  }

  publishedUntil(): number {
    return this.store.publishedUntil();
  }

  disconnect(
    actor: Actor,
    ending: EndingToken | null,
    until = this.store.publishedUntil(),
  ): Promise<void> {
    return this.store.run('disconnect', { actor: plain(actor), ending, until }, actor);
  }

  ownerOfKey(fingerprint: string): Promise<{ user: User; key: number } | undefined> {
    return this.store.read(() => {
      const found = this.store.statements.ownerOfKey.get({ fingerprint });
      return found && { user: { id: found.user, name: found.name }, key: found.id };
    });
  }

  async stateOf(name: Name): Promise<'free' | 'unprotected' | 'protected'> {
    const found = await this.account(name);
    if (!found) return 'free';
    return found.isProtected ? 'protected' : 'unprotected';
  }

  keys(actor: Actor): Promise<(StoredKey | ClaimedKey)[]> {
    const { statements } = this.store;
    return this.store.read(() => {
      requireActiveSession(statements, actor);
      return keysOfUser(statements, actor.user);
    });
  }

  addKey(actor: Actor, key: NewKey, token: SessionToken | null): Promise<StoredKey> {
    return this.store.run('addKey', { actor: plain(actor), key, token }, actor);
  }

  claimKey(actor: Actor, key: NewKey): Promise<StoredKey | ClaimedKey> {
    return this.store.run('claimKey', { actor: plain(actor), key }, actor);
  }

  removeKey(actor: Actor, fingerprint: string): Promise<StoredKey | ClaimedKey> {
    return this.store.run('removeKey', { actor: plain(actor), fingerprint }, actor);
  }

  claimantsOf(fingerprint: string, limit: number): Promise<User[]> {
    return this.store.read(() => this.store.statements.claimantsOf.all({ fingerprint, limit }));
  }

  hasClaimed({ key }: Name, fingerprint: string): Promise<boolean> {
    const { statements } = this.store;
    return this.store.read(() => {
      const user = statements.accountByKey.get({ key });
      return user !== undefined && hasClaimed(statements, user, fingerprint);
    });
  }

  dropClaims(fingerprint: string, payer: Payer | undefined): Promise<void> {
    return this.store.run('dropClaims', { fingerprint }, { payer });
  }

  /** Notes what a login has used, after a login that wrote nothing. */
  private read(opened: OpenedLogin): OpenedLogin {
    const { user, since, proof } = opened;
    this.store.uses.seen(user.id, since);
    if (proof.key !== null) this.store.uses.keyUsed(proof.key, since);
    return this.store.trouble.isFailing ? { ...opened, readOnly: true } : opened;
  }
}
