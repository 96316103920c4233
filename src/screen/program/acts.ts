import type { BoardClient } from '../../client/board-client.ts';
import { limits } from '../../protocol/limits.ts';
import {
  alone,
  type Marks,
  type NumberRange,
  withoutCatchUp,
  withoutNumbers,
  withRead,
} from '../../protocol/marks.ts';
import type { Header, Result } from '../../protocol/schemas.ts';
import type { Row } from '../model/row.ts';
import type { Groups } from './groups.ts';
import { NothingHere } from './nothing-here.ts';
import type { Reader } from './reader.ts';

interface ActsOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly reader: Reader;
  readonly say: (text: string) => void;
}

/** What `z` takes back. */
type Undoable =
  | { readonly group: number; readonly numbers: readonly number[] }
  | {
      readonly group: number;
      readonly was: Result<'group.markRead'>['was'];
      readonly upTo: number;
    };

// Messages of a thread that are asked for at a time.
const pageSize = 1000;

/** What keys do to the messages and the thread under the cursor: marks, mutes, deleting. */
export class Acts {
  private undoable: Undoable | undefined;

  constructor(private readonly options: ActsOptions) {}

  /** Marks the thread under the cursor as read. */
  async catchUpThread(): Promise<void> {
    const { groups, reader, say } = this.options;
    const row = this.row();
    const messages = await this.messagesOf(row, groups.find(row.group)?.lastRead ?? 0);
    const unread = messages.filter((message) => groups.isUnread(row.group, message));
    const numbers = unread.map(({ number }) => number);
    const { ranges } = withRead({ lastRead: -1, ranges: [] }, numbers.map(alone));
    for (let at = 0; at < ranges.length; at += limits.rangesAtOnce) {
      await this.markRead(row.group, ranges.slice(at, at + limits.rangesAtOnce));
    }
    reader.countThread(row.thread, Number.POSITIVE_INFINITY);
    this.undoable = { group: row.group, numbers };
    say(`${counted(numbers.length)} of the thread marked as read. z takes it back.`);
  }

  /** Marks the group as read. */
  async catchUpGroup(): Promise<void> {
    const { board, groups, reader, say } = this.options;
    const group = this.group();
    const unread = groups.find(group)?.unread ?? 0;
    const { was, lastRead } = await board.call('group.markRead', { group });
    groups.caughtUp(group, lastRead);
    this.undoable = { group, was, upTo: lastRead };
    await reader.refresh();
    say(`${counted(unread)} of ${groups.nameOf(group)} marked as read. z takes it back.`);
  }

  /** Takes the last catch-up back. What was read after it stays read. */
  async undo(): Promise<void> {
    const { groups, reader, say } = this.options;
    const { undoable } = this;
    const now = undoable && groups.find(undoable.group);
    if (!undoable || !now) {
      say('There is nothing to take back.');
      return;
    }
    const marks =
      'numbers' in undoable
        ? withoutNumbers(now, undoable.numbers)
        : withoutCatchUp(now, undoable.was, undoable.upTo);
    await this.restore(undoable.group, marks);
    this.undoable = undefined;
    await reader.refresh();
    say(`${groups.nameOf(undoable.group)} is as unread as before.`);
  }

  /** Marks the message under the cursor and the later ones of its thread as unread. */
  async markUnread(): Promise<void> {
    const { groups, reader, say } = this.options;
    const row = this.row();
    const from = row.number ?? row.thread;
    const messages = await this.messagesOf(row, from - 1);
    const numbers = messages
      .filter(({ senderId }) => senderId !== groups.userId)
      .map(({ number }) => number);
    const now = groups.find(row.group);
    if (!now || numbers.length === 0) {
      say('Your own messages are never unread.');
      return;
    }
    await this.restore(row.group, withoutNumbers(now, numbers));
    reader.keepUnread();
    await reader.refresh();
    say(`${counted(numbers.length)} from here on marked as unread.`);
  }

  /** Mutes the thread under the cursor, or takes that back. */
  async mute(): Promise<void> {
    const { board, groups, reader, say } = this.options;
    const { group, thread } = this.row();
    const isMuted = groups.isMutedThread(group, thread);
    await board.call(isMuted ? 'thread.unmute' : 'thread.mute', { group, thread });
    groups.muteThread(group, thread, !isMuted);
    await reader.refresh();
    say(isMuted ? 'The thread is not muted any more.' : 'The thread is muted. M takes it back.');
  }

  /** Deletes the message under the cursor. */
  async delete({ group, number }: { group: number; number: number }): Promise<void> {
    const { board, groups, reader, say } = this.options;
    const deleted = await board.call('message.delete', { group, number });
    reader.take({
      method: 'message.deleted',
      params: { ...deleted, by: groups.user, change: 0 },
    });
    reader.goOn();
    say(`Message ${number} is deleted.`);
  }

  private async restore(group: number, { lastRead, ranges }: Marks): Promise<void> {
    const { board, groups } = this.options;
    const marks = await board.call('group.restoreMarks', {
      group,
      lastRead,
      ranges: ranges.map(([first, last]) => [first, last]),
    });
    groups.setMarks(group, marks);
  }

  private async markRead(group: number, ranges: readonly NumberRange[]): Promise<void> {
    const { board, groups } = this.options;
    const marks = await board.call('message.markRead', {
      group,
      ranges: ranges.map(([first, last]) => [first, last]),
    });
    groups.setMarks(group, marks);
  }

  /** The visible messages of the thread of a row after a number. */
  private async messagesOf({ group, thread }: Row, after: number): Promise<Header[]> {
    const all: Header[] = [];
    for (let last = after; ; ) {
      const { messages, more } = await this.options.board.call('thread.get', {
        group,
        thread,
        after: last,
        limit: pageSize,
      });
      all.push(...messages);
      last = messages.at(-1)?.number ?? last;
      if (!more || messages.length === 0) return all;
    }
  }

  private row(): Row {
    const { row } = this.options.reader;
    if (!row || this.options.reader.group === undefined)
      throw new NothingHere('There is no message here.');
    return row;
  }

  private group(): number {
    const { group } = this.options.reader;
    if (group === undefined) throw new NothingHere('There is no group here.');
    return group;
  }
}

function counted(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`;
}
