import type { Actor } from '../../../board/ports/actor.ts';
import type { ScreenRepository, StoredDraft } from '../../../board/ports/screens.ts';
import { requireActiveSession } from '../acts/active-session.ts';
import { requireOwnScreen } from '../acts/screens.ts';
import { plain } from './repository.ts';
import type { Store } from './store.ts';

/** What the board keeps for the screens of users, in SQLite. */
export class SqliteScreens implements ScreenRepository {
  constructor(private readonly store: Store) {}

  drafts(actor: Actor): Promise<StoredDraft[]> {
    const { statements } = this.store;
    return this.store.read(() => {
      requireOwnScreen(statements, actor);
      const all = statements.draftsOf.all({ user: actor.user.id });
      return all.sort((a, b) => a.writtenAt - b.writtenAt);
    });
  }

  keepDraft(actor: Actor, draft: StoredDraft): Promise<void> {
    const bytes = Buffer.byteLength(draft.text) + Buffer.byteLength(draft.subject ?? '');
    const args = { actor: plain(actor), draft };
    return this.store.run('keepDraft', args, { payer: actor.payer, bytes });
  }

  moveDraft(actor: Actor, from: string, to: string): Promise<void> {
    return this.store.run('moveDraft', { actor: plain(actor), from, to }, actor);
  }

  removeDraft(actor: Actor, place: string): Promise<void> {
    return this.store.run('removeDraft', { actor: plain(actor), place }, actor);
  }

  screenKeys(actor: Actor): Promise<string | undefined> {
    const { statements } = this.store;
    return this.store.read(() => {
      requireActiveSession(statements, actor);
      // A name that has lost its protection may be somebody else's now.
      return actor.proof.isProtected
        ? statements.screenKeysOf.get({ user: actor.user.id })?.text
        : undefined;
    });
  }

  setScreenKeys(actor: Actor, text: string | undefined): Promise<void> {
    return this.store.run('setScreenKeys', { actor: plain(actor), text: text ?? null }, actor);
  }
}
