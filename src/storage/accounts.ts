import type { Name } from '../board/names.ts';
import type { AccountRepository, Actor, Credentials } from '../board/repository.ts';
import type { Account, OpenedLogin, Origin, User } from '../board/types.ts';
import { boardError } from '../protocol/errors.ts';
import type { Emit } from './commit-queue.ts';
import { readFrom, type Store } from './store.ts';

// A token that was not used for this long is no longer good: 30 days, in microseconds.
const tokenLifetime = 30 * 86_400 * 1e6;

interface StoredAccount extends User {
  readonly passwordHash: string | null;
  readonly bannedAt: number | null;
  readonly banReason: string | null;
}

function refuseBanned({ bannedAt, banReason }: StoredAccount): void {
  if (bannedAt !== null) throw boardError('BANNED', banReason ?? '');
}

/** Accounts and their tokens in SQLite. */
export class SqliteAccounts implements AccountRepository {
  constructor(private readonly store: Store) {}

  account(name: Name): Promise<Account | undefined> {
    return readFrom(() => {
      const found = this.store.statements.accountByKey.get({ key: name.key });
      if (!found) return undefined;
      const { id, name: shown, ...rest } = found;
      return { user: { id, name: shown }, ...rest };
    });
  }

  login(name: Name, { verified, passwordHash, tokenHash }: Credentials, origin: Origin) {
    return this.store.queue.run((emit) => {
      const { accountByKey, addUser, addToken, endStaleTokens } = this.store.statements;
      const known = accountByKey.get({ key: name.key });
      if (known && known.passwordHash !== verified) throw boardError('PASSWORD_WRONG');
      if (known) refuseBanned(known);
      const at = this.store.clock.tick();
      const account = known ?? addUser.get({ ...name, passwordHash, at });
      endStaleTokens.run({ user: account.id, before: at - tokenLifetime });
      addToken.run({ hash: tokenHash, user: account.id, at });
      return this.open(emit, { account, tokenHash, at, origin });
    });
  }

  resume(tokenHash: string, origin: Origin): Promise<OpenedLogin> {
    return this.store.queue.run((emit) => {
      const token = this.store.statements.tokenByHash.get({ hash: tokenHash });
      const account = token && this.store.statements.accountById.get({ user: token.userId });
      if (!account) throw boardError('TOKEN_INVALID');
      refuseBanned(account);
      const at = this.store.clock.tick();
      this.store.statements.useToken.run({ hash: tokenHash, at });
      return this.open(emit, { account, tokenHash, at, origin });
    });
  }

  endToken(tokenHash: string): Promise<void> {
    return this.store.queue.run(() => {
      this.store.statements.endToken.run({ hash: tokenHash });
    });
  }

  setPassword(
    actor: Actor,
    { before, after }: { before: string | null; after: string },
    keep: string | null,
  ): Promise<void> {
    return this.store.queue.run(() => {
      const user = actor.user.id;
      const account = this.store.statements.accountById.get({ user });
      if (account?.passwordHash !== before) throw boardError('PASSWORD_WRONG');
      this.store.statements.setPassword.run({ user, hash: after });
      this.store.statements.endTokensBut.run({ user, keep: keep ?? '' });
    });
  }

  logout(actor: Actor, endedToken: string | null): Promise<void> {
    // What was posted by now has been told; what waits for the same commit gets a later time.
    const until = this.store.clock.tick();
    return this.store.queue.run(() => {
      if (endedToken !== null) this.store.statements.endToken.run({ hash: endedToken });
      this.store.statements.catchUp.run({ user: actor.user.id, since: actor.since, until });
      this.store.statements.seen.run({ user: actor.user.id, at: until });
    });
  }

  private open(
    emit: Emit,
    {
      account,
      tokenHash,
      at,
      origin,
    }: { account: StoredAccount; tokenHash: string; at: number; origin: Origin },
  ): OpenedLogin {
    const user = { id: account.id, name: account.name };
    this.store.statements.seen.run({ user: user.id, at });
    const rows = this.store.statements.membershipsOf.all({ user: user.id, until: at });
    const memberships = rows.map(({ id, name, ...rest }) => ({ group: { id, name }, ...rest }));
    const isProtected = account.passwordHash !== null;
    const login = { user, since: at, memberships, isProtected, tokenHash };
    emit({ type: 'session.opened', origin, login });
    return login;
  }
}
