import { BoardError } from '../protocol/errors.ts';
import { userName } from './names.ts';
import type { Actor, Payer } from './ports/actor.ts';
import type { KeyRepository } from './ports/keys.ts';
import type { ClaimedKey, NewKey, SessionToken, StoredKey } from './types.ts';

/** What the board knows of a name and of an SSH key. */
export interface Look {
  /** Whom the key belongs to. */
  readonly owner: string | null;
  /** The state of the name; null if none was given. */
  readonly name: 'free' | 'unprotected' | 'protected' | 'invalid' | null;
  /** Who has added the key as a line, if nobody has proven to hold it: the first ten. */
  readonly claimants: string[];
  /** Whether the user of the name is one of them, also past the first ten. */
  readonly claimed: boolean;
}

// So many names fit into a question.
const mostClaimants = 10;

/** The SSH keys of users. */
export class Keys {
  constructor(private readonly repository: KeyRepository) {}

  /** For a trusted door: whom a key belongs to, and what a login under a name needs. */
  async look({
    user,
    fingerprint,
  }: {
    user?: string | undefined;
    fingerprint?: string | undefined;
  }): Promise<Look> {
    const { repository } = this;
    const owner = fingerprint === undefined ? undefined : await repository.ownerOfKey(fingerprint);
    const name = user === undefined ? null : await this.state(user);
    const claimants =
      fingerprint === undefined ? [] : await repository.claimantsOf(fingerprint, mostClaimants);
    const claimed =
      fingerprint !== undefined && user !== undefined && claimants.length > 0 && name !== 'invalid'
        ? await repository.hasClaimed(userName(user), fingerprint)
        : false;
    return {
      owner: owner?.user.name ?? null,
      name,
      claimants: claimants.map((claimant) => claimant.name),
      claimed,
    };
  }

  list(actor: Actor): Promise<(StoredKey | ClaimedKey)[]> {
    return this.repository.keys(actor);
  }

  /** Adds the key that the session came by. @throws BoardError `SSH_KEY_TAKEN`, `SSH_KEY_LIMIT` */
  add(
    actor: Actor,
    { fingerprint, type, comment }: NewKey,
    token: SessionToken | null,
  ): Promise<StoredKey> {
    return this.repository.addKey(actor, { fingerprint, type, comment }, token);
  }

  /** Adds a key that the session has not proven to hold. @throws BoardError `SSH_KEY_TAKEN`, `SSH_KEY_LIMIT` */
  claim(actor: Actor, { fingerprint, type, comment }: NewKey): Promise<StoredKey | ClaimedKey> {
    return this.repository.claimKey(actor, { fingerprint, type, comment });
  }

  /** @throws BoardError `SSH_KEY_NOT_FOUND`, `SSH_KEY_LAST` */
  remove(actor: Actor, fingerprint: string): Promise<StoredKey | ClaimedKey> {
    return this.repository.removeKey(actor, fingerprint);
  }

  /** Somebody who holds the key is none of those who have added it as a line. */
  dropClaims(fingerprint: string, payer: Payer): Promise<void> {
    return this.repository.dropClaims(fingerprint, payer);
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
