import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '../protocol/limits.ts';
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
}

/**
 * Announces the missed messages of a group, page by page. Messages that are posted while it runs are part
 * of the pages, so that all are announced in order.
 */
export async function catchUp(feed: GroupFeed, options: CatchUpOptions): Promise<void> {
  let limit = firstPage;
  while (options.wanted()) {
    try {
      if (!(await fetchPage(feed, limit, options))) return feed.goLive();
      limit = Math.min(limit * 2, limits.listMost);
    } catch (error) {
      // The next connection goes on from here.
      if (error instanceof ConnectionLost) return;
      // The notice of this message will arrive next.
      if (isGone(error)) return feed.goLive();
      await delay(pauseAfter(error) ?? refusedPause, undefined, { ref: false });
    }
  }
}

/** Announces one page. @returns false if there is nothing more */
async function fetchPage(
  feed: GroupFeed,
  limit: number,
  { call, wanted, announce }: CatchUpOptions,
) {
  const after = feed.missedAfter;
  if (after === undefined) return false;
  const { id } = feed.membership;
  const { messages } = await call('message.list', { group: id, after, limit });
  for (const message of messages) {
    if (!wanted()) break;
    const params = { group: feed.membership.group, groupId: id, message };
    if (feed.take(message.number)) announce({ method: 'message.posted', params });
  }
  return messages.length > 0;
}
