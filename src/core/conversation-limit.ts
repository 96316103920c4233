import { networkOf } from '../board/addresses.ts';
import { HourlyLimit } from '../board/hourly-limit.ts';
import { nameKey } from '../board/name-key.ts';
import type { Origin } from '../board/types.ts';
import { boardError } from '../protocol/errors.ts';
import type { Session } from './session.ts';

/** A session with requests that may begin a conversation. */
interface Beginner {
  readonly user: number;
  readonly network: string;
  requests: number;
}

/** Limits how many direct conversations each network begins. */
export class ConversationLimit {
  /** By the ids of the sessions. A session may end before its requests are committed, and these count all the same. */
  private readonly beginners = new Map<number, Beginner>();

  constructor(private readonly limit = new HourlyLimit(0, 0)) {}

  /**
   * Keeps room for a conversation with the user `name`, which a request of a session may begin.
   * @param exists whether the session has such a conversation by now
   * @returns a function to call once the request is carried out or refused; undefined if there is no limit
   * @throws BoardError `DIRECT_LIMIT`
   */
  reserve(
    { id, actor, address }: Session,
    name: string,
    exists: () => boolean,
  ): (() => void) | undefined {
    if (this.limit.perHour === 0) return undefined;
    const user = actor.user.id;
    const network = networkOf(address);
    const release = this.limit.reserve(network, `${user} ${nameKey(name)}`, exists);
    if (!release) {
      const { burst, perHour } = this.limit;
      const what = `${burst} direct conversations were begun from your address at once, and ${perHour} an hour after that`;
      throw boardError('DIRECT_LIMIT', what);
    }
    const known = this.beginners.get(id);
    const beginner = known ?? { user, network, requests: 0 };
    if (!known) this.beginners.set(id, beginner);
    beginner.requests++;
    return () => {
      release();
      beginner.requests--;
      if (beginner.requests === 0) this.beginners.delete(id);
    };
  }

  /** Counts a conversation that a user has, if it was the user's session `origin` that has begun it. */
  opened(origin: Origin, user: number): void {
    const beginner = origin === null ? undefined : this.beginners.get(origin);
    // The other user of the conversation gets the same event.
    if (beginner?.user === user) this.limit.count(beginner.network);
  }
}
