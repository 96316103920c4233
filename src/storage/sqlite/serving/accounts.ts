import { looksOf } from '../../../board/lookalikes.ts';
import type { Name } from '../../../board/name-key.ts';
import { requireReadableUser } from '../../../board/names.ts';
import type { AccountRepository, Actor, NewLogin, Payer } from '../../../board/ports/repository.ts';
import type { Account, OpenedLogin, Origin, User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { isStorageRefusal } from '../file/failure.ts';
import type { Emit } from './commit-queue.ts';
import { refuseBanned, requireStanding } from './standing.ts';
import type { Store } from './store.ts';

/** A token that was not used for this long is no longer valid: 30 days, in microseconds. */
export const tokenLifetime = 30 * 86_400 * 1e6;

// Networks that are remembered of a user: home, work, a phone, and some on the way.
const networksPerUser = 10;

interface StoredAccount extends User {
  readonly passwordHash: string | null;
  readonly bannedAt: number | null;
  readonly banReason: string | null;
}

/** A session that begins: whose, with which token, and when. */
interface Opening {
  readonly account: StoredAccount;
  readonly tokenHash: string;
  readonly at: number;
  readonly origin: Origin;
}

/** Accounts and their tokens in SQLite. */
export class SqliteAccounts implements AccountRepository {
  constructor(private readonly store: Store) {}

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

  login(
    name: Name,
    { confirm, newPasswordHash, network, tokenHash, resumable, payer }: NewLogin,
    origin: Origin,
  ): Promise<OpenedLogin> {
    return this.opening(payer, (emit, refusal) => {
      const { accountByKey, addToken, endTokensPast } = this.store.statements;
      const known = accountByKey.get({ key: name.key });
      confirm(asAccount(known));
      if (known) refuseBanned(known);
      if (refusal !== undefined) {
        if (!known) throw refusal;
        return this.openUnwritten(emit, { account: known, tokenHash, origin });
      }
      const at = this.store.clock.tick();
      const account = known ?? this.add(name, newPasswordHash, at);
      if (network !== null) this.know(account.id, network, at);
      if (resumable) {
        addToken.run({ hash: tokenHash, user: account.id, at });
        endTokensPast.run({ user: account.id, keep: limits.tokens });
      }
      return this.open(emit, { account, tokenHash, at, origin });
    });
  }

  resume(tokenHash: string, origin: Origin, payer?: Payer): Promise<OpenedLogin> {
    return this.opening(payer, (emit, refusal) => {
      const token = this.store.statements.tokenByHash.get({ hash: tokenHash });
      const account = token && this.store.statements.accountById.get({ user: token.userId });
      const at = this.store.clock.tick();
      if (!account || token.usedAt < at - tokenLifetime) throw boardError('TOKEN_INVALID');
      refuseBanned(account);
      if (refusal !== undefined) return this.openUnwritten(emit, { account, tokenHash, origin });
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
    passwordHash: string,
    { keep, network }: { keep: string | null; network: string },
  ): Promise<void> {
    return this.store.queue.run((emit) => {
      const { standing, setPassword, endTokensBut, forgetNetworksBut } = this.store.statements;
      const { user, origin } = actor;
      requireStanding(standing.get({ user: user.id }), actor);
      setPassword.run({ user: user.id, hash: passwordHash });
      endTokensBut.run({ user: user.id, keep: keep ?? '' });
      this.know(user.id, network, this.store.clock.tick());
      forgetNetworksBut.run({ user: user.id, keep: network });
      emit({ type: 'password.changed', origin, user, passwordHash });
    }, actor);
  }

  logout(actor: Actor, tokenHash: string): Promise<void> {
    return this.store.queue.run((emit) => {
      // The session is sent what earlier writes of this commit have brought, and nothing later.
      this.end(actor, tokenHash, this.store.clock.tick());
      emit({ type: 'session.ended', origin: actor.origin });
    }, actor);
  }

  disconnect(actor: Actor, token: { hash: string; ends: boolean } | null): Promise<void> {
    // What was posted by now has been told; what waits for the same commit gets a later time.
    const until = this.store.clock.tick();
    return this.store.queue.run(() => {
      const { hash = '', ends = false } = token ?? {};
      if (token && !ends) this.store.statements.useToken.run({ hash, at: until });
      this.end(actor, ends ? hash : null, until);
    }, actor);
  }

  private end(actor: Actor, endedToken: string | null, until: number): void {
    const { endToken, catchUp, seen } = this.store.statements;
    if (endedToken !== null) endToken.run({ hash: endedToken });
    catchUp.run({ user: actor.user.id, since: actor.since, until });
    seen.run({ user: actor.user.id, at: until });
  }

  private know(user: number, network: string, at: number): void {
    this.store.statements.knowNetwork.run({ user, network, at });
    this.store.statements.forgetNetworksPast.run({ user, keep: networksPerUser });
  }

  /** @throws BoardError `NAME_INVALID`, `NAME_TOO_SIMILAR` */
  private add(name: Name, passwordHash: string | null, at: number): StoredAccount {
    const { userLike, addUser } = this.store.statements;
    requireReadableUser(name);
    const looks = looksOf(name);
    const similar = userLike.get(looks);
    if (similar) throw boardError('NAME_TOO_SIMILAR', name.name, similar.name);
    return addUser.get({ ...name, ...looks, passwordHash, at });
  }

  /**
   * Runs a login in a transaction. While nothing can be written, it is run again with the refusal and
   * without a transaction: a user that exists is let in to read.
   */
  private async opening(
    payer: Payer | undefined,
    open: (emit: Emit, refusal: unknown) => OpenedLogin,
  ): Promise<OpenedLogin> {
    const { queue } = this.store;
    try {
      return await queue.run((emit) => open(emit, undefined), { payer });
    } catch (error) {
      if (!isStorageRefusal(error)) throw error;
      return queue.runUnwritten((emit) => open(emit, error));
    }
  }

  private openUnwritten(emit: Emit, opened: Omit<Opening, 'at'>): OpenedLogin {
    return this.admit(emit, { ...opened, at: this.store.clock.tick() }, { readOnly: true });
  }

  private open(emit: Emit, opened: Opening): OpenedLogin {
    this.store.statements.seen.run({ user: opened.account.id, at: opened.at });
    return this.admit(emit, opened);
  }

  private admit(
    emit: Emit,
    { account, tokenHash, at, origin }: Opening,
    restriction: { readOnly?: true } = {},
  ): OpenedLogin {
    const { passwordHash } = account;
    const user = { id: account.id, name: account.name };
    const rows = this.store.statements.membershipsOf.all({ user: user.id });
    const memberships = rows.map(({ id, name, ...rest }) => ({ group: { id, name }, ...rest }));
    const login = { user, since: at, memberships, passwordHash, tokenHash, ...restriction };
    emit({ type: 'session.opened', origin, login });
    return login;
  }
}

function asAccount(found: StoredAccount | undefined): Account | undefined {
  if (!found) return undefined;
  const { id, name, ...rest } = found;
  return { user: { id, name }, ...rest };
}
