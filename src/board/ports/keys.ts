import type { Name } from '../name-key.ts';
import type { ClaimedKey, NewKey, SessionToken, StoredKey, User } from '../types.ts';
import type { AccountRepository } from './accounts.ts';
import type { Actor, Payer } from './actor.ts';

/** The SSH keys of users. Its methods throw the same errors as those of `Repository`. */
export interface KeyRepository extends Pick<AccountRepository, 'ownerOfKey'> {
  /** The state of a name, for a program that asks a person for it. */
  stateOf(name: Name): Promise<'free' | 'unprotected' | 'protected'>;
  /** The keys of the actor, in the order in which they were added, and then those that nobody has proven to hold. */
  keys(actor: Actor): Promise<(StoredKey | ClaimedKey)[]>;
  /**
   * Adds the key that the session came by, which protects the name. A key that the user has already stays as it is.
   * @param token of the session, if it has one. It ends, because it does not name the key; and the first key of an unprotected
   * name ends all others
   * @throws `SSH_KEY_TAKEN`, `SSH_KEY_LIMIT`
   */
  addKey(actor: Actor, key: NewKey, token: SessionToken | null): Promise<StoredKey>;
  /**
   * Notes that a key is the actor's, which it will be when the actor proves to hold it. A key that the user has already stays
   * as it is.
   * @throws `SSH_KEY_TAKEN`, `SSH_KEY_LIMIT`
   */
  claimKey(actor: Actor, key: NewKey): Promise<StoredKey | ClaimedKey>;
  /**
   * Removes a key. The sessions that came by it end, with their tokens.
   * @throws `SSH_KEY_NOT_FOUND`, `SSH_KEY_LAST` for the only key of a user without a password
   */
  removeKey(actor: Actor, fingerprint: string): Promise<StoredKey | ClaimedKey>;
  /** The first users, at most `limit`, who have added a key that nobody has proven to hold. */
  claimantsOf(fingerprint: string, limit: number): Promise<User[]>;
  /** Whether the user of this name is one of them. */
  hasClaimed(name: Name, fingerprint: string): Promise<boolean>;
  /** Forgets who has added a key, because who holds it is none of them. */
  dropClaims(fingerprint: string, payer: Payer | undefined): Promise<void>;
}
