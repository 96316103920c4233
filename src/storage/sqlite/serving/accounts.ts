import type { Name } from '../../../board/name-key.ts';
import type { AccountRepository, Actor, NewLogin, Payer } from '../../../board/ports/repository.ts';
import type { Account, OpenedLogin, Origin, User } from '../../../board/types.ts';
import { asAccount } from '../acts/sessions.ts';
import { isStorageRefusal } from '../file/failure.ts';
import { plain } from './repository.ts';
import type { Store } from './store.ts';

/**
 * Accounts and their tokens in SQLite. While nothing can be written, users that exist can still log in and resume, to
 * read.
 */
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

  async login(name: Name, { payer, ...login }: NewLogin, origin: Origin): Promise<OpenedLogin> {
    const args = { name, login, origin };
    try {
      return await this.store.run('login', args, { payer });
    } catch (error) {
      if (!isStorageRefusal(error)) throw error;
      const opened = await this.store.runUnwritten('loginUnwritten', args);
      if (!opened) throw error;
      return opened;
    }
  }

  async resume(tokenHash: string, origin: Origin, payer?: Payer): Promise<OpenedLogin> {
    const args = { tokenHash, origin };
    try {
      return await this.store.run('resume', args, { payer });
    } catch (error) {
      if (!isStorageRefusal(error)) throw error;
      return this.store.runUnwritten('resumeUnwritten', args);
    }
  }

  endToken(tokenHash: string): Promise<void> {
    return this.store.run('endToken', { tokenHash });
  }

  setPassword(
    actor: Actor,
    passwordHash: string,
    { keep, network }: { keep: string | null; network: string },
  ): Promise<void> {
    const args = { actor: plain(actor), passwordHash, keep, network };
    return this.store.run('setPassword', args, actor);
  }

  logout(actor: Actor, tokenHash: string): Promise<void> {
    return this.store.run('logout', { actor: plain(actor), tokenHash }, actor);
  }

  disconnect(actor: Actor, token: { hash: string; ends: boolean } | null): Promise<void> {
    // The session was sent what is committed by now; what waits for the same commit gets a later time.
    const until = this.store.clock.tick();
    return this.store.run('disconnect', { actor: plain(actor), token, until }, actor);
  }
}
