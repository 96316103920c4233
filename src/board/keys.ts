import { BoardError } from '../protocol/errors.ts';
import { userName } from './names.ts';
import type { KeyRepository, KeySession } from './ports/keys.ts';
import type { Actor } from './ports/repository.ts';
import type { NewKey, StoredKey } from './types.ts';

/** What the board knows of a name and of an SSH key. */
export interface Look {
  /** Whom the key belongs to. */
  readonly owner: string | null;
  /** The state of the name; null if none was given. */
  readonly name: 'free' | 'unprotected' | 'protected' | 'invalid' | null;
}

/** The SSH keys of users. */
export class Keys {
  constructor(private readonly repository: KeyRepository) {}

  /** Tells a door that is trusted whom a key belongs to, and what a login under a name needs. */
  async look({
    user,
    fingerprint,
  }: {
    user?: string | undefined;
    fingerprint?: string | undefined;
  }): Promise<Look> {
    const owner =
      fingerprint === undefined ? undefined : await this.repository.ownerOfKey(fingerprint);
    return {
      owner: owner?.user.name ?? null,
      name: user === undefined ? null : await this.state(user),
    };
  }

  list(actor: Actor): Promise<StoredKey[]> {
    return this.repository.keys(actor);
  }

  /** @throws BoardError `SSH_KEY_TAKEN`, `SSH_KEY_LIMIT` */
  add(
    actor: Actor,
    { fingerprint, type, comment }: NewKey,
    session: KeySession,
  ): Promise<StoredKey> {
    return this.repository.addKey(actor, { fingerprint, type, comment }, session);
  }

  /** @throws BoardError `SSH_KEY_NOT_FOUND`, `SSH_KEY_LAST` */
  remove(actor: Actor, fingerprint: string): Promise<StoredKey> {
    return this.repository.removeKey(actor, fingerprint);
  }

  private async state(user: string): Promise<Look['name']> {
    try {
      return await this.repository.stateOf(userName(user));
    } catch (error) {
      if (error instanceof BoardError && error.code === 'NAME_INVALID') return 'invalid';
      throw error;
    }
  }
}
