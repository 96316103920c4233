import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '../protocol/limits.ts';
import type { Call, Notice } from '../protocol/schemas.ts';
import { ConnectionLost, isGone } from './failure.ts';
import type { GroupFeed } from './group-feed.ts';
import { pauseAfter } from './put-off.ts';

// How long the server is left alone after it has refused a page, if it does not say, in milliseconds.
const refusedPause = 1000;
// Headers in the first page; each further one has twice as many. Over a path that is cut every few
// kilobytes, a full page would never come through, and the gap never close.
const firstPage = 50;

export interface CatchUpOptions {
  readonly call: Call;
  /** Whether the group is still followed on this connection. */
  readonly wanted: () => boolean;
  readonly tell: (notice: Notice) => void;
}

/**
 * Tells what was missed of a group, page by page, and lets it go live. What is posted meanwhile is
 * not told as it comes: it is listed, in its place.
 */
export async function catchUp(feed: GroupFeed, options: CatchUpOptions): Promise<void> {
  let limit = firstPage;
  while (options.wanted()) {
    try {
      if (!(await fetchPage(feed, limit, options))) return feed.goLive();
      limit = Math.min(limit * 2, limits.listMost);
    } catch (error) {
      // The next connection begins where this one has come to.
      if (error instanceof ConnectionLost) return;
      // The notice that says so is on its way.
      if (isGone(error)) return feed.goLive();
      await delay(pauseAfter(error) ?? refusedPause, undefined, { ref: false });
    }
  }
}

/** Tells one page; false if there was nothing to tell. */
async function fetchPage(feed: GroupFeed, limit: number, { call, wanted, tell }: CatchUpOptions) {
  const after = feed.missedAfter;
  if (after === undefined) return false;
  const { id } = feed.membership;
  const { messages } = await call('message.list', { group: id, after, limit });
  for (const message of messages) {
    if (!wanted()) break;
    const params = { group: feed.membership.group, groupId: id, message };
    if (feed.take(message.number)) tell({ method: 'message.posted', params });
  }
  return messages.length > 0;
}
