import { setTimeout as pause } from 'node:timers/promises';
import { and, asc, count, desc, eq, inArray, isNotNull, lte, type SQL, sql } from 'drizzle-orm';
import type {
  MessageSpan,
  PurgePlan,
  PurgeRule,
  StepControl,
} from '../../../board/ports/administration.ts';
import type { Group } from '../../../board/types.ts';
import { BoardError } from '../../../protocol/errors.ts';
import { type Client, type Orm, orm } from '../file/connection.ts';
import { groups, messages } from '../file/schema.ts';
import { leaveEvent, writeAtOnce } from '../operator/write.ts';
import { lockRetry } from '../serving/commit-queue.ts';
import { live } from '../serving/visibility.ts';

/** Messages of one transaction: under 1 ms of work where they are short, 4 ms where each has 32 KiB. */
export const stepSize = 200;
// Pages of the log: a server takes them over at 1000.
const checkpointPages = 250;
/** Longer than a server sleeps between two tries for the lock, so that each step lets it in. */
export const betweenSteps = lockRetry + 2;

const deleted: SQL = isNotNull(messages.deletedAt);

/**
 * The messages that `rule` takes now, with every tombstone between and before them. Numbers grow with
 * time, so they are all up to one number.
 */
export function spanOf(orm: Orm, { id, name }: Group, rule: PurgeRule): PurgePlan {
  const until = timeBound(orm, id, rule);
  const end = (which: SQL, order: SQL) =>
    orm
      .select({ number: messages.number })
      .from(messages)
      .where(and(eq(messages.groupId, id), lte(messages.postedAt, until), which))
      .orderBy(order)
      .limit(1)
      .get()?.number ?? 0;
  const last = end(live, desc(messages.postedAt));
  const upTo = Math.max(last, end(deleted, desc(messages.postedAt)));
  // Two counts, because an index alone answers the first, and the second counts few rows.
  const rows = countWhere(orm, and(eq(messages.groupId, id), lte(messages.number, upTo)));
  const tombstones = countWhere(
    orm,
    and(eq(messages.groupId, id), lte(messages.postedAt, until), deleted),
  );
  const first = end(live, asc(messages.postedAt));
  return { group: { id, name }, count: rows - tombstones, first, last, upTo };
}

function countWhere(orm: Orm, which: SQL | undefined): number {
  return orm.select({ count: count() }).from(messages).where(which).get()?.count ?? 0;
}

/** The time up to which `rule` takes what was posted; -1 if it takes nothing. */
function timeBound(orm: Orm, group: number, rule: PurgeRule): number {
  if (rule === 'all') return Number.MAX_SAFE_INTEGER;
  if ('before' in rule) return rule.before - 1;
  const newestToGo = orm
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(and(eq(messages.groupId, group), live))
    .orderBy(desc(messages.postedAt))
    .limit(1)
    .offset(rule.keep)
    .get();
  return newestToGo?.postedAt ?? -1;
}

/**
 * Deletes the rows up to the last one of `plan` in steps, oldest first, and keeps the group's count
 * of messages with them. Stopped on its way, or failing, it leaves a server the event of what went.
 * @param atEnd runs in the transaction of the last step, with all that went
 * @throws BoardError `STORAGE_FAILED`, saying how many went before
 */
export async function purgeInSteps(
  client: Client,
  plan: PurgePlan,
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
  { group, upTo }: PurgePlan,
  atEnd: (gone: MessageSpan) => void,
) {
  const database = orm(client);
  const oldest = database
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.groupId, group.id), lte(messages.number, upTo)))
    .orderBy(asc(messages.number))
    .limit(stepSize);
  const remove = database
    .delete(messages)
    .where(inArray(messages.id, oldest))
    .returning({ number: messages.number, deletedAt: messages.deletedAt })
    .prepare();
  const uncount = database
    .update(groups)
    .set({ messageCount: sql`${groups.messageCount} - ${sql.placeholder('count')}` })
    .where(eq(groups.id, group.id))
    .prepare();
  return (before: MessageSpan) =>
    writeAtOnce(client, () => {
      const rows = remove.all();
      const numbers = rows.flatMap(({ number, deletedAt }) => (deletedAt === null ? [number] : []));
      uncount.run({ count: numbers.length });
      const gone = { ...extended(before, numbers), complete: rows.length < stepSize };
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
