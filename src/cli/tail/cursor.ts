import { limits } from '../../protocol/limits.ts';
import type { Call, Header } from '../../protocol/schemas.ts';

/** A message as `tail` shows it; without content where only headers are asked for. */
export interface TailMessage extends Header {
  readonly group: string;
  readonly groupId: number;
  readonly content?: string | undefined;
}

export interface CursorOptions {
  readonly id: number;
  readonly name: string;
  /** The number behind which to read. */
  readonly after: number;
  /** When the first message to be shown was posted at the earliest, as the board writes times. */
  readonly since?: string | undefined;
  readonly headers: boolean;
}

/**
 * How far one group has been read. It pulls: a notice says only that there is more, so that nothing
 * gathers while the reader is slow, nothing is missed while nobody listened, and nothing comes twice.
 * What is read ahead of the reader is a page, which the board bounds in bytes.
 */
export class Cursor {
  readonly id: number;
  name: string;
  private after: number;
  private since: string | undefined;
  private readonly headers: boolean;
  private waiting: TailMessage[] = [];
  /** Index of the next message: a page of a thousand is not moved up at each. */
  private at = 0;
  /** There may be more on the board than was asked for. */
  stale = true;

  constructor({ id, name, after, since, headers }: CursorOptions) {
    this.id = id;
    this.name = name;
    this.after = after;
    this.since = since;
    this.headers = headers;
  }

  get next(): TailMessage | undefined {
    return this.waiting[this.at];
  }

  take(): void {
    this.at++;
  }

  /** Makes `next` stand, if there is one. @throws what `call` throws */
  async fill(call: Call): Promise<void> {
    while (this.next === undefined && this.stale) {
      // Before it is asked: what is told meanwhile may come behind the answer.
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
    this.waiting = messages.map((message) => ({ group, groupId: id, ...message }));
    this.at = 0;
    const last = messages.at(-1);
    // The number says it all from now on.
    if (last) this.since = undefined;
    this.after = last?.number ?? after;
    if (more) this.stale = true;
  }
}
