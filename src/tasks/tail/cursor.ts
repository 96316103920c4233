import { type ChangeNotice, numberOf } from '../../client/change-feed.ts';
import { limits } from '../../protocol/limits.ts';
import type { Call, Header } from '../../protocol/schemas.ts';
import { firstVisible } from '../../protocol/text/first-visible.ts';

/** A message as `tail` prints it. With `--headers` it has no content. */
export interface TailMessage extends Header {
  readonly group: string;
  readonly groupId: number;
  readonly content?: string | undefined;
}

export interface CursorOptions {
  readonly id: number;
  readonly name: string;
  /** Read messages after this number. */
  readonly after: number;
  /** Show no message before this time, in the form of `postedAt`. */
  readonly since?: string | undefined;
  readonly headers: boolean;
  /** Whether to find out which replies are to messages that the user cannot see. */
  readonly marksReplies: boolean;
  /** Only messages of this thread, if it is given. */
  readonly thread: number | undefined;
  /** Whether a message is shown. All are if it is missing. */
  readonly shows?: ((message: Header) => boolean) | undefined;
}

/**
 * How far one group has been read. The cursor pulls: a notice only says that there are more messages. So
 * messages do not pile up in memory while the reader is slow, none is missed during a gap, and none is
 * shown twice. At most one page is read ahead, and the board limits its bytes.
 */
export class Cursor {
  readonly id: number;
  name: string;
  private after: number;
  /** The number after which the last page began. */
  private began: number;
  private since: string | undefined;
  private readonly headers: boolean;
  private readonly marksReplies: boolean;
  /** The first number that is visible to the user, if a message of the page replies to an earlier one than the page has. */
  firstVisible = 0;
  private readonly thread: number | undefined;
  private readonly shows: (message: Header) => boolean;
  private waiting: TailMessage[] = [];
  /** Index of the next message in `waiting`. */
  private at = 0;
  /** Whether the board may have more messages. */
  stale = true;

  constructor({ id, name, after, since, thread, shows = () => true, ...how }: CursorOptions) {
    this.id = id;
    this.name = name;
    this.after = after;
    this.began = after;
    this.since = since;
    this.headers = how.headers;
    this.marksReplies = how.marksReplies;
    this.thread = thread;
    this.shows = shows;
  }

  get next(): TailMessage | undefined {
    return this.waiting[this.at];
  }

  /** The number up to which everything was taken. */
  get reached(): number {
    const before = this.waiting[this.at - 1]?.number ?? this.began;
    return this.next === undefined ? this.after : before;
  }

  /** Whether the last page already shows the message as it is after a change. */
  hasListed(notice: ChangeNotice): boolean {
    const number = numberOf(notice);
    if (number <= this.began || number > this.after) return false;
    const listed = this.waiting.find((message) => message.number === number);
    if (!listed) return true;
    if (notice.method === 'message.deleted') return false;
    return (listed.editedAt ?? '') >= (notice.params.message.editedAt ?? '');
  }

  take(): void {
    this.at++;
  }

  /** Whether the message belongs to what is read. */
  wants(message: Header): boolean {
    return (this.thread ?? message.thread) === message.thread && this.shows(message);
  }

  /** Reads the next page, if `next` is empty. @throws any error of `call` */
  async fill(call: Call): Promise<void> {
    while (this.next === undefined && this.stale) {
      // Set before the call: a notice during the call may be about a message that is not in the answer.
      this.stale = false;
      try {
        await this.read(call);
      } catch (error) {
        this.stale = true;
        throw error;
      }
    }
  }

  private async read(call: Call): Promise<void> {
    const { id, after, since } = this;
    const page = { group: id, after, since, limit: limits.listMost, content: !this.headers };
    const { group, messages, more } = await call('message.list', page);
    this.name = group;
    if (this.marksReplies) this.firstVisible = await firstVisible(messages, id, call);
    this.waiting = messages
      .filter((message) => this.wants(message))
      .map((message) => ({ group, groupId: id, ...message }));
    this.at = 0;
    this.began = after;
    const last = messages.at(-1);
    // From now on the number is enough.
    if (last) this.since = undefined;
    this.after = last?.number ?? after;
    if (more) this.stale = true;
  }
}
