import { limits } from '../../protocol/limits.ts';
import type { Call, Header } from '../../protocol/schemas.ts';

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
  /** Only messages of this thread, if it is given. */
  readonly thread: number | undefined;
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
  private since: string | undefined;
  private readonly headers: boolean;
  private readonly thread: number | undefined;
  private waiting: TailMessage[] = [];
  /** Index of the next message in `waiting`. */
  private at = 0;
  /** Whether the board may have more messages. */
  stale = true;

  constructor({ id, name, after, since, headers, thread }: CursorOptions) {
    this.id = id;
    this.name = name;
    this.after = after;
    this.since = since;
    this.headers = headers;
    this.thread = thread;
  }

  get next(): TailMessage | undefined {
    return this.waiting[this.at];
  }

  take(): void {
    this.at++;
  }

  /** Whether the message belongs to what is read. */
  wants({ thread }: Header): boolean {
    return this.thread === undefined || thread === this.thread;
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
    this.waiting = messages
      .filter((message) => this.wants(message))
      .map((message) => ({ group, groupId: id, ...message }));
    this.at = 0;
    const last = messages.at(-1);
    // From now on the number is enough.
    if (last) this.since = undefined;
    this.after = last?.number ?? after;
    if (more) this.stale = true;
  }
}
