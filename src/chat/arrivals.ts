import { setTimeout } from 'node:timers/promises';
import type { BoardClient } from '../client/board-client.ts';
import { ConnectionError } from '../client/failure.ts';
import { BoardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import type { Header, Notice } from '../protocol/schemas.ts';
import type { Place } from '../protocol/text/place.ts';
import type { Reading } from '../protocol/text/reading.ts';
import type { Style } from '../protocol/text/style.ts';
import { renderArrived } from './arrived-message.ts';

// The least time between two requests for contents, in milliseconds: the board counts requests.
const pause = 100;

type Posted = Extract<Notice, { method: 'message.posted' }>;

interface ArrivalsOptions {
  readonly client: BoardClient;
  readonly style: Style;
  readonly place: () => Place | undefined;
  readonly reading: () => Reading;
  /** Prints a message with its content. */
  readonly print: (text: string, message: Header) => void;
  /** Prints a notice in one line. */
  readonly announce: (notice: Notice) => void;
  /** Called when messages that were shown were marked as read. */
  readonly marked: () => void;
}

/**
 * Prints notices in their order. Messages of others that arrive in the place where the user is are shown with their
 * contents, and those that are shown whole are marked as read.
 */
export class Arrivals {
  private readonly waiting: Notice[] = [];
  private isShowing = false;
  private lastAsked = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: ArrivalsOptions) {}

  take(notice: Notice): void {
    this.waiting.push(notice);
    if (!this.isShowing) void this.show();
  }

  /** Notices that need no contents are printed at once if no others wait. */
  private async show(): Promise<void> {
    this.isShowing = true;
    try {
      while (this.waiting.length > 0) {
        const posted = this.takeHere();
        if (posted.length > 0) await this.showMessages(posted);
        else this.announceNext();
      }
    } finally {
      this.isShowing = false;
    }
  }

  private announceNext(): void {
    const notice = this.waiting.shift();
    if (notice) this.options.announce(notice);
  }

  /** Takes the messages at the head of the queue that are shown with their contents; they are of one group. */
  private takeHere(): Posted[] {
    const isHere = (notice: Notice | undefined) => notice && this.isShown(notice);
    const posted: Posted[] = [];
    for (let next = isHere(this.waiting[0]); next; next = isHere(this.waiting[0])) {
      posted.push(next);
      this.waiting.shift();
    }
    return posted;
  }

  private isShown(notice: Notice): Posted | undefined {
    const place = this.options.place();
    if (!place || notice.method !== 'message.posted') return undefined;
    const { groupId, message } = notice.params;
    const isHere =
      groupId === place.group && (place.thread === undefined || place.thread === message.thread);
    // The user's own message from another client is no news: its subject in a notice will do.
    return isHere && message.senderId !== this.options.client.userId ? notice : undefined;
  }

  private async showMessages(posted: readonly Posted[]): Promise<void> {
    let left = [...posted];
    while (left.length > 0) {
      const shown = await this.showPage(left);
      // A message that is not there any more is announced as it was.
      if (shown === 0) break;
      left = left.slice(shown);
    }
    for (const notice of left) this.options.announce(notice);
  }

  /** Shows the contents of the first of some messages. @returns how many of them were shown or are gone */
  private async showPage(posted: readonly Posted[]): Promise<number> {
    const [head, tail] = [posted[0], posted.at(-1)];
    if (!head || !tail) return 0;
    const { groupId: group, message } = head.params;
    const after = message.number - 1;
    const limit = Math.min(limits.listMost, tail.params.message.number - after);
    const { client, style, print, reading } = this.options;
    await setTimeout(Math.max(0, this.lastAsked + pause - performance.now()), undefined, {
      ref: false,
    });
    this.lastAsked = performance.now();
    const page = await expected(() =>
      client.call('message.list', { group, after, limit, content: true }),
    );
    if (!page) return 0;
    const upTo = page.messages.at(-1)?.number ?? tail.params.message.number;
    const contents = new Map(page.messages.map((found) => [found.number, found]));
    const read: number[] = [];
    const within = posted.filter(({ params }) => params.message.number <= upTo);
    for (const notice of within) {
      const found = contents.get(notice.params.message.number);
      if (found?.content === undefined) {
        this.options.announce(notice);
        continue;
      }
      const { text, isWhole } = renderArrived(
        { ...found, content: found.content },
        style,
        client.user,
      );
      print(text, found);
      if (isWhole) read.push(found.number);
    }
    if (read.length > 0) {
      await expected(() => reading().shown(client.call, group, ...read));
      this.options.marked();
    }
    return within.length;
  }
}

/** Undefined if the board refuses it, or the session has ended. */
async function expected<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof BoardError || error instanceof ConnectionError) return undefined;
    throw error;
  }
}
