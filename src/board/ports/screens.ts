import type { Actor } from './actor.ts';

/** A text that a user has written and not sent. */
export interface StoredDraft {
  /** Where it is written, such as `news`, `news#17` and `news#17 edit`. */
  readonly place: string;
  /** Null for a text without a subject of its own. */
  readonly subject: string | null;
  readonly text: string;
}

/**
 * The drafts and keys that the board keeps for the screen of a user over ssh. It keeps nothing for an unprotected name, which
 * anybody may take.
 */
export interface ScreenRepository {
  /** The drafts of the actor, in the order in which they were changed last. @throws `NAME_UNPROTECTED` */
  drafts(actor: Actor): Promise<StoredDraft[]>;
  /** Keeps a draft in the place of an earlier one. Drops the oldest if they are too many or too long. @throws `NAME_UNPROTECTED` */
  keepDraft(actor: Actor, draft: StoredDraft): Promise<void>;
  /** Moves a draft to another place. Nothing happens if there is no such draft, or one at the other place already. @throws `NAME_UNPROTECTED` */
  moveDraft(actor: Actor, from: string, to: string): Promise<void>;
  removeDraft(actor: Actor, place: string): Promise<void>;
  /** The keys.toml of the actor; undefined if there is none. */
  screenKeys(actor: Actor): Promise<string | undefined>;
  /** @param text undefined removes it @throws `NAME_UNPROTECTED` */
  setScreenKeys(actor: Actor, text: string | undefined): Promise<void>;
}
