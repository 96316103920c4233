import type { Actor } from '../../../board/ports/actor.ts';
import type { StoredDraft } from '../../../board/ports/screens.ts';
import { boardError } from '../../../protocol/errors.ts';
import { screenLimits } from '../../../protocol/screen-limits.ts';
import type { Statements } from '../statements/statements.ts';
import { requireActiveSession } from './active-session.ts';
import type { ServerTx } from './transaction.ts';

/** @throws BoardError as `ScreenRepository.keepDraft` does */
export function keepDraft(
  { statements, at }: ServerTx,
  { actor, draft }: { actor: Actor; draft: StoredDraft },
): void {
  requireOwnScreen(statements, actor);
  const user = actor.user.id;
  statements.keepDraft.run({ user, ...draft, at });
  let bytes = 0;
  const newestFirst = statements.draftsOf.all({ user }).sort((a, b) => b.writtenAt - a.writtenAt);
  for (const [nth, { place, subject, text }] of newestFirst.entries()) {
    bytes += Buffer.byteLength(text) + Buffer.byteLength(subject ?? '');
    const isPast = nth >= screenLimits.drafts || bytes > screenLimits.draftBytes;
    if (isPast && place !== draft.place) statements.removeDraft.run({ user, place });
  }
}

/** @throws BoardError as `ScreenRepository.moveDraft` does */
export function moveDraft(
  { statements }: ServerTx,
  { actor, from, to }: { actor: Actor; from: string; to: string },
): void {
  requireOwnScreen(statements, actor);
  statements.moveDraft.run({ user: actor.user.id, from, to });
}

export function removeDraft(
  { statements }: ServerTx,
  { actor, place }: { actor: Actor; place: string },
): void {
  requireActiveSession(statements, actor);
  statements.removeDraft.run({ user: actor.user.id, place });
}

/** @param given `text` is null to remove the keys @throws BoardError as `ScreenRepository.setScreenKeys` does */
export function setScreenKeys(
  { statements }: ServerTx,
  { actor, text }: { actor: Actor; text: string | null },
): void {
  requireOwnScreen(statements, actor);
  const user = actor.user.id;
  if (text === null) statements.removeScreenKeysOfUser.run({ user });
  else statements.keepScreenKeys.run({ user, text });
}

/** Checks that nobody else can come under the name of a session. @throws BoardError `NAME_UNPROTECTED` */
export function requireOwnScreen(statements: Statements, actor: Actor): void {
  requireActiveSession(statements, actor);
  if (!actor.proof.isProtected) throw boardError('NAME_UNPROTECTED', null, keeping);
}

const keeping = 'The board keeps drafts and keys of the screen for protected names only';
