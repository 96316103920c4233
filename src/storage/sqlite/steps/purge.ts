import type { GroupDetails, PurgePlan, PurgeRule } from '../../../board/ports/administration.ts';
import { runSteps, type StepControl } from '../../../board/steps.ts';
import type { Group, GroupRef } from '../../../board/types.ts';
import { BoardError } from '../../../protocol/errors.ts';
import { findDeletable } from '../acts/groups.ts';
import type { PurgeProgress } from '../acts/removal.ts';
import { emptySpan, type RemovedSpan } from '../acts/spans.ts';
import type { Executor } from '../executor.ts';
import { isStorageRefusal } from '../file/failure.ts';
import type { Statements } from '../statements/statements.ts';

/**
 * The messages that `rule` deletes now, with every tombstone between and before them. Numbers grow with
 * time, so they are all up to one number.
 */
export function planPurge(statements: Statements, { id, name }: Group, rule: PurgeRule): PurgePlan {
  const range = { group: id, until: timeBound(statements, id, rule) };
  const last = statements.lastLive.get(range)?.number ?? 0;
  const upTo = Math.max(last, statements.lastTombstone.get(range)?.number ?? 0);
  const count = statements.countMessages.get(range)?.count ?? 0;
  const first = statements.firstLive.get(range)?.number ?? 0;
  return { group: { id, name }, count, first, last, upTo };
}

/** The time up to which `rule` deletes messages; -1 if it deletes none. */
function timeBound({ newestPast }: Statements, group: number, rule: PurgeRule): number {
  if (rule === 'all') return Number.MAX_SAFE_INTEGER;
  if ('before' in rule) return rule.before - 1;
  return newestPast.get({ group, keep: rule.keep })?.postedAt ?? -1;
}

/**
 * Deletes the rows up to the last one of `plan` in steps, oldest first. If it is stopped or fails, it announces what
 * was deleted until then. All messages of a group that is to be deleted are announced with the group instead.
 * @throws BoardError `STORAGE_FAILED`, with how many messages were deleted before
 */
export async function purgeInSteps(
  executor: Executor,
  plan: PurgePlan,
  control: StepControl,
  act: 'purgeStep' | 'deleteGroupStep' = 'purgeStep',
): Promise<PurgeProgress> {
  let progress: PurgeProgress = { ...emptySpan, group: plan.group, complete: false };
  const { signal } = control;
  const { shortestPause } = executor;
  const step = async () => {
    const next = await executor.run(act, { plan, before: progress });
    control.progress(next.count);
    progress = next;
    return progress.complete;
  };
  try {
    await executor.long(async () => {
      if (!(await runSteps(step, { signal, shortestPause }))) {
        await executor.run('announcePurged', { spans: [progress] });
      }
    });
    return progress;
  } catch (error) {
    if (act === 'deleteGroupStep')
      throw await announcedFailure(executor, progress, error, groupRemains);
    // The last step has announced them.
    if (progress.complete) throw error;
    throw await announcedFailure(executor, progress, error, 'the other messages remain');
  }
}

const groupRemains = 'the group still exists';

/** Announces the messages that were deleted before `error`. @returns the error for the caller */
async function announcedFailure(
  executor: Executor,
  progress: RemovedSpan,
  error: unknown,
  rest: string,
): Promise<unknown> {
  if (progress.count === 0) return error;
  await announceAfterFailure(executor, [progress]);
  if (!isStorageRefusal(error)) return error;
  const text = `Writing failed after ${progress.count} messages were deleted; ${rest}.`;
  return new BoardError('STORAGE_FAILED', text, { cause: error });
}

/** Deletes a group with all that is in it, in steps. @throws BoardError as `Administration.deleteGroup` does */
export async function deleteGroupInSteps(
  executor: Executor,
  ref: GroupRef,
  control: StepControl,
): Promise<{ group: GroupDetails; deleted: number; complete: boolean; hasRest: boolean }> {
  const { statements } = executor;
  const group = await executor.read(() => findDeletable(statements, ref));
  const plan = await executor.read(() => planPurge(statements, group, 'all'));
  const progress = await purgeInSteps(executor, plan, control, 'deleteGroupStep');
  const { count: deleted, complete } = progress;
  if (!complete) return { group, deleted, complete, hasRest: true };
  try {
    // Not in `long`: this commit is synced, so the group is gone for good, whatever happens to the rest of its rows.
    await executor.run('dropGroup', { group: plan.group });
  } catch (error) {
    throw await announcedFailure(executor, progress, error, groupRemains);
  }
  const hasRest = !(await removeHidden(executor, plan.group, control.signal));
  return { group, deleted, complete, hasRest };
}

/**
 * Deletes what a hidden group has, and the group. A failure of the disk, a lock or `signal` ends it: the group is gone for
 * everybody, and the upkeep of a server deletes the rest.
 * @returns whether nothing is left
 */
async function removeHidden(
  executor: Executor,
  { id, name }: Group,
  signal: AbortSignal,
): Promise<boolean> {
  const group = { id, name };
  const { shortestPause } = executor;
  const step = () => removeSomeHidden(executor, { group });
  try {
    return await executor.long(() => runSteps(step, { signal, shortestPause }));
  } catch (error) {
    if (isStorageRefusal(error)) return false;
    throw error;
  }
}

/**
 * Deletes some of what a hidden group has, and the group once nothing is left.
 * @param which the group; without it, any hidden group
 * @returns whether a group was deleted
 */
export async function removeSomeHidden(
  executor: Executor,
  which: { readonly group?: Group },
): Promise<boolean> {
  const emptied = await executor.run('removeHiddenStep', which);
  if (!emptied) return false;
  await executor.run('deleteGroup', emptied);
  return true;
}

/** Tries to announce the messages that a long act deleted before it failed. The caller reports the failure. */
export async function announceAfterFailure(
  executor: Executor,
  spans: readonly RemovedSpan[],
): Promise<void> {
  await executor.run('announcePurged', { spans }).catch(() => {});
}
