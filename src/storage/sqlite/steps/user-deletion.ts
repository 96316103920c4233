import type { MessageDisposal } from '../../../board/ports/administration.ts';
import { runSteps, type StepControl } from '../../../board/steps.ts';
import type { User } from '../../../board/types.ts';
import { type DeletionProgress, sentMessages } from '../acts/user-deletion.ts';
import type { Executor } from '../executor.ts';
import { isStorageRefusal } from '../file/failure.ts';
import type { Statements } from '../statements/statements.ts';
import { announceAfterFailure, deleteGroupInSteps } from './purge.ts';

// Ids of one search: some 5 ms of work.
const searchSize = 20_000;

/**
 * Deletes a user in steps: first their messages, or the sender of their messages. No index leads from a user to their
 * messages, so each step searches a range of ids, outside of any transaction: a server never waits for the search.
 * Direct conversations that have no other member are deleted with the user.
 * @throws BoardError `STORAGE_FAILED`; what was deleted before stays deleted
 */
export async function deleteUserInSteps(
  executor: Executor,
  user: User,
  messages: MessageDisposal,
  control: StepControl,
): Promise<{ messages: number; complete: boolean }> {
  const { statements, shortestPause } = executor;
  // Nobody could read them any more.
  for (const { id } of await executor.read(() =>
    statements.lonelyConversations.all({ user: user.id }),
  )) {
    const { complete } = await deleteGroupInSteps(executor, { id }, control);
    if (!complete) return { messages: 0, complete };
  }
  const done = await executor.long(async () => {
    const began = await executor.read(() => newestTime(statements));
    let progress: DeletionProgress = { messages: 0, searchedTo: 0, began, spans: [] };
    let complete = false;
    const step = async () => {
      const after = progress.searchedTo;
      const last = await executor.read(() => statements.lastMessageId.get()?.id ?? 0);
      if (after >= last) {
        progress = await executor.run('deleteUser', { user, messages, progress });
        complete = true;
      } else {
        const upTo = Math.min(last, after + searchSize);
        const found = await executor.read(() => sentMessages(statements, user, { after, upTo }));
        progress =
          found.rows.length > 0
            ? await executor.run('settleMessages', { user, messages, progress, found })
            : { ...progress, searchedTo: found.searchedTo };
      }
      control.progress(progress.messages);
      return complete;
    };
    try {
      if (!(await runSteps(step, { signal: control.signal, shortestPause }))) {
        await executor.run('announcePurged', { spans: progress.spans });
      }
    } catch (error) {
      if (!complete) await announceAfterFailure(executor, progress.spans);
      throw error;
    }
    return { messages: progress.messages, complete };
  });
  if (!done.complete) return done;
  // The other user of a conversation may have been deleted meanwhile.
  for (const { id } of await executor.read(() => statements.emptyConversations.all())) {
    try {
      await deleteGroupInSteps(executor, { id }, control);
    } catch (error) {
      if (!isStorageRefusal(error)) throw error;
      // The user is deleted. The next deletion of a user deletes the conversation, which nobody can read.
      break;
    }
  }
  return done;
}

function newestTime({ lastMessageId, rowById }: Statements): number {
  const id = lastMessageId.get()?.id ?? null;
  return (id !== null && rowById.get({ id })?.postedAt) || 0;
}
