import type { Name } from '../name-key.ts';
import type { NewKey, SessionToken, StoredKey } from '../types.ts';
import type { AccountRepository, Actor } from './repository.ts';

/** The session that adds a key. */
export interface KeySession {
  readonly token: SessionToken | null;
  readonly cameBy: boolean;
}

/** The SSH keys of users. Its methods throw the same errors as those of `Repository`. */
export interface KeyRepository extends Pick<AccountRepository, 'ownerOfKey'> {
  /** The state of a name, for a program that asks a person for it. */
  stateOf(name: Name): Promise<'free' | 'unprotected' | 'protected'>;
  /** The keys of the actor, in the order in which they were added. */
  keys(actor: Actor): Promise<StoredKey[]>;
  /**
   * Adds a key, which protects the name. A key that the user has already stays as it is.
   * @param session its token, if it has one: the first key of an unprotected name ends all others. And whether it came by this
   * key: then it depends on the key, and its token ends
   * @throws `SSH_KEY_TAKEN`, `SSH_KEY_LIMIT`
   */
  addKey(actor: Actor, key: NewKey, session: KeySession): Promise<StoredKey>;
  /**
   * Removes a key. The sessions that came by it end, with their tokens.
   * @throws `SSH_KEY_NOT_FOUND`, `SSH_KEY_LAST` for the only key of a user without a password
   */
  removeKey(actor: Actor, fingerprint: string): Promise<StoredKey>;
}
