import { BoardError } from '../../protocol/errors.ts';
import type { Call, Header } from '../../protocol/schemas.ts';

// Messages that are asked for ahead of the reader: with the longest content, less than a megabyte.
const pageSize = 25;

/** A message as `tail` shows it; without content where only headers are asked for. */
export interface TailMessage extends Header {
  readonly group: string;
  readonly groupId: number;
  readonly content?: string;
}

export interface CursorOptions {
  readonly id: number;
  readonly name: string;
  /** The number behind which to read. */
  readonly after: number;
  readonly headers: boolean;
}

/**
 * How far one group has been read. It pulls: a notice says only that there is more, so that nothing
 * gathers while the reader is slow, nothing is missed while nobody listened, and nothing comes twice.
 */
export class Cursor {
  readonly id: number;
  name: string;
  private after: number;
  private readonly headers: boolean;
  private waiting: TailMessage[] = [];
  /** There may be more on the board than was asked for. */
  stale = true;

  constructor({ id, name, after, headers }: CursorOptions) {
    this.id = id;
    this.name = name;
    this.after = after;
    this.headers = headers;
  }

  get next(): TailMessage | undefined {
    return this.waiting[0];
  }

  take(): void {
    this.waiting.shift();
  }

  /** Makes `next` stand, if there is one. @throws what `call` throws */
  async fill(call: Call): Promise<void> {
    while (this.waiting.length === 0 && this.stale) {
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
    const page = { group: this.id, after: this.after, limit: pageSize };
    const { group, messages, more } = await call('message.list', page);
    this.name = group;
    const found = await Promise.all(messages.map((header) => this.whole(call, header)));
    this.waiting = found.filter((message) => message !== undefined);
    this.after = messages.at(-1)?.number ?? this.after;
    if (more) this.stale = true;
  }

  /** Undefined for one that was removed in between. */
  private async whole(call: Call, header: Header): Promise<TailMessage | undefined> {
    const whole = { group: this.name, groupId: this.id, ...header };
    if (this.headers) return whole;
    try {
      const { content } = await call('message.get', { group: this.id, number: header.number });
      return { ...whole, content };
    } catch (error) {
      if (error instanceof BoardError && error.code === 'MESSAGE_NOT_FOUND') return undefined;
      throw error;
    }
  }
}
