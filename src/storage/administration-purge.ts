import { setTimeout as pause } from 'node:timers/promises';
import { and, asc, count, desc, eq, inArray, lt, lte, max, min, sql } from 'drizzle-orm';
import type { MessageSpan, PurgeRule, StepControl } from '../board/administration.ts';
import type { Group } from '../board/types.ts';
import { BoardError } from '../protocol/errors.ts';
import { leaveEvent, writeAtOnce } from './administration-write.ts';
import { lockRetry } from './commit-queue.ts';
import { type Client, type Orm, orm } from './connection.ts';
import { groups, messages } from './schema.ts';

/** Messages of one transaction: under 1 ms of work where they are short, 4 ms where each has 32 KiB. */
export const stepSize = 200;
// Pages of the log: a server takes them over at 1000.
const checkpointPages = 250;
/** Longer than a server sleeps between two tries for the lock, so that each step lets it in. */
export const betweenSteps = lockRetry + 2;

/** The messages that `rule` takes now. Numbers grow with time, so they are all up to one number. */
export function spanOf(orm: Orm, { id, name }: Group, rule: PurgeRule): MessageSpan {
  const upTo = rule === 'all' ? Number.MAX_SAFE_INTEGER : lastTaken(orm, id, rule);
  const found = orm
    .select({ count: count(), first: min(messages.number), last: max(messages.number) })
    .from(messages)
    .where(and(eq(messages.groupId, id), lte(messages.number, upTo)))
    .get();
  const group = { id, name };
  return { group, count: found?.count ?? 0, first: found?.first ?? 0, last: found?.last ?? 0 };
}

function lastTaken(orm: Orm, group: number, rule: Exclude<PurgeRule, 'all'>): number {
  const ofGroup = eq(messages.groupId, group);
  const from = orm.select({ number: messages.number }).from(messages);
  const query =
    'before' in rule
      ? from
          .where(and(ofGroup, lt(messages.postedAt, rule.before)))
          .orderBy(desc(messages.postedAt))
      : from.where(ofGroup).orderBy(desc(messages.number)).offset(rule.keep);
  return query.limit(1).get()?.number ?? 0;
}

/**
 * Deletes the messages up to the last one of `plan` in steps, oldest first, and keeps the group's
 * count with them. Stopped on its way, or failing, it leaves a server the event of what went.
 * @param atEnd runs in the transaction of the last step, with all that went
 * @throws BoardError `STORAGE_FAILED`, saying how many went before
 */
export async function purgeInSteps(
  client: Client,
  plan: MessageSpan,
  control: StepControl,
  atEnd: (gone: MessageSpan) => void,
): Promise<MessageSpan & { complete: boolean }> {
  const step = prepareStep(client, plan, atEnd);
  lightenSteps(client);
  let gone = { group: plan.group, count: 0, first: 0, last: 0, complete: false };
  try {
    while (!gone.complete && !control.signal.aborted) {
      const start = performance.now();
      gone = step(gone);
      control.progress(gone.count);
      // A busy disk or machine is left to the members for most of the time.
      const rest = Math.max(betweenSteps, 2 * (performance.now() - start));
      if (!gone.complete) await pause(rest);
    }
    makeDurable(client, () => {
      if (!gone.complete) leavePurged(orm(client), gone);
    });
  } catch (error) {
    client.pragma('synchronous = FULL');
    throw gone.count === 0 || gone.complete ? error : afterFailure(client, gone, error);
  }
  return gone;
}

/**
 * Has work in steps hold the lock no longer than its own work takes: a step is not synced before it lets
 * a server in, which may take a busy disk most of a second, and the log goes over into the database in small
 * parts, behind the lock. `makeDurable` syncs the whole.
 */
export function lightenSteps(client: Client): void {
  client.pragma('synchronous = NORMAL');
  client.pragma(`wal_autocheckpoint = ${checkpointPages}`);
}

/**
 * What `lightenSteps` left to be synced is synced, and every commit from here on.
 * @param last what is still to be written
 * @throws BoardError `STORAGE_FAILED`: a loss of power may bring back what went
 */
export function makeDurable(client: Client, last: () => void = () => {}): void {
  client.pragma('synchronous = FULL');
  writeAtOnce(client, () => {
    last();
    // A commit that is synced syncs the log whole: this one rewrites a field that the board has no use for.
    client.pragma('user_version = 0');
  });
}

/** Leaves a server the event that the messages are gone, if any are. */
export function leavePurged(orm: Orm, { group, count, first, last }: MessageSpan): void {
  if (count > 0) leaveEvent(orm, { type: 'messages.purged', group, count, first, last });
}

function prepareStep(
  client: Client,
  { group, last }: MessageSpan,
  atEnd: (gone: MessageSpan) => void,
) {
  const database = orm(client);
  const oldest = database
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.groupId, group.id), lte(messages.number, last)))
    .orderBy(asc(messages.number))
    .limit(stepSize);
  const remove = database
    .delete(messages)
    .where(inArray(messages.id, oldest))
    .returning({ number: messages.number })
    .prepare();
  const uncount = database
    .update(groups)
    .set({ messageCount: sql`${groups.messageCount} - ${sql.placeholder('count')}` })
    .where(eq(groups.id, group.id))
    .prepare();
  return (before: MessageSpan) =>
    writeAtOnce(client, () => {
      const numbers = remove.all().map(({ number }) => number);
      uncount.run({ count: numbers.length });
      const gone = { ...extended(before, numbers), complete: numbers.length < stepSize };
      if (gone.complete) atEnd(gone);
      return gone;
    });
}

/** A span with the messages of `numbers` too. */
export function extended(
  { group, count, first, last }: MessageSpan,
  numbers: number[],
): MessageSpan {
  if (numbers.length === 0) return { group, count, first, last };
  return {
    group,
    count: count + numbers.length,
    first: count === 0 ? Math.min(...numbers) : first,
    last: Math.max(...numbers),
  };
}

function afterFailure(client: Client, gone: MessageSpan, error: unknown): unknown {
  if (!(error instanceof BoardError) || error.code !== 'STORAGE_FAILED') return error;
  try {
    writeAtOnce(client, () => leavePurged(orm(client), gone));
  } catch {
    // The failure to tell of is the one that stopped the purge.
  }
  const text = `Writing failed after ${gone.count} messages were deleted; the rest stands.`;
  return new BoardError(error.code, text, { cause: error.cause });
}
