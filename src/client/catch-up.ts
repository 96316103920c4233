import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '../protocol/limits.ts';
import { isMentioned } from '../protocol/mentions.ts';
import type { Call, Notice } from '../protocol/schemas.ts';
import { ConnectionLost, isGone } from './failure.ts';
import type { GroupFeed } from './group-feed.ts';
import { pauseAfter } from './put-off.ts';

// The pause after the server has refused a page, if the refusal has none, in milliseconds.
const refusedPause = 1000;
// Headers in the first page. Each further page has twice as many. If the connection breaks every few
// kilobytes, a full page would never arrive, and the client would never catch up.
const firstPage = 50;

export interface CatchUpOptions {
  readonly call: Call;
  /** Whether this connection is still used and the user still a member. */
  readonly wanted: () => boolean;
  readonly announce: (notice: Notice) => void;
  /** The name of the user. */
  readonly user: () => string;
}

/**
 * Announces what was missed in a group, page by page: first the edits and deletions of messages that were announced
 * before, and then the messages, as they are now. What happens while it runs is part of the pages, so that all is
 * announced in order.
 */
export async function catchUp(feed: GroupFeed, options: CatchUpOptions): Promise<void> {
  const { changes } = feed;
  await inPages(options, fetchChanges, feed, () => changes.goLive());
  await inPages(options, fetchPage, feed, () => feed.goLive());
}

/** Reads pages until one was the last, then calls `done`. */
async function inPages(
  options: CatchUpOptions,
  fetch: (feed: GroupFeed, limit: number, options: CatchUpOptions) => Promise<boolean>,
  feed: GroupFeed,
  done: () => void,
): Promise<void> {
  let limit = firstPage;
  while (options.wanted()) {
    try {
      if (!(await fetch(feed, limit, options))) return done();
      limit = Math.min(limit * 2, limits.listMost);
    } catch (error) {
      // The next connection goes on from here.
      if (error instanceof ConnectionLost) return;
      // The notice of this message will arrive next.
      if (isGone(error)) return done();
      await delay(pauseAfter(error) ?? refusedPause, undefined, { ref: false });
    }
  }
}

/** Announces a page of changes. Messages that were not announced yet are listed later, as they are then. */
async function fetchChanges(
  feed: GroupFeed,
  limit: number,
  { call, wanted, announce }: CatchUpOptions,
) {
  const after = feed.changes.missedAfter;
  if (after === undefined) return false;
  const { id } = feed.membership;
  const { changes, change: end } = await call('group.changes', { group: id, after, limit });
  for (const { number, change, message, by = null } of changes) {
    if (!wanted()) break;
    feed.changes.listedTo(change);
    if (!feed.knows(number) || feed.changes.isOwn(number, message?.editedAt)) continue;
    const where = { group: feed.membership.group, groupId: id };
    if (message) announce({ method: 'message.edited', params: { ...where, message, change } });
    else announce({ method: 'message.deleted', params: { ...where, number, by, change } });
  }
  if (wanted()) feed.changes.listedTo(end);
  return true;
}

/** Announces one page. @returns false if there is nothing more */
async function fetchPage(
  feed: GroupFeed,
  limit: number,
  { call, wanted, announce, user }: CatchUpOptions,
) {
  const after = feed.missedAfter;
  if (after === undefined) return false;
  const { id } = feed.membership;
  const { messages } = await call('message.list', { group: id, after, limit });
  for (const message of messages) {
    if (!wanted()) break;
    const params = { group: feed.membership.group, groupId: id, message };
    const isWanted = feed.membership.notify !== 'mentions' || isMentioned(message, user());
    const isAnnounced = feed.take(message.number) && isWanted;
    if (isAnnounced) announce({ method: 'message.posted', params });
    const changed = feed.changes.release(
      message.number,
      isAnnounced ? message.editedAt : undefined,
    );
    if (changed) announce(changed);
  }
  return messages.length > 0;
}
