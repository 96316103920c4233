import type { BoardClient } from '../../client/board-client.ts';
import { limits } from '../../protocol/limits.ts';
import {
  alone,
  isRead,
  type Marks,
  type NumberRange,
  readsOthers,
  withoutCatchUp,
  withoutRanges,
} from '../../protocol/marks.ts';
import type { Header } from '../../protocol/schemas.ts';
import type { KeyTable } from '../keys/key-table.ts';
import type { Row } from '../model/row.ts';
import type { Groups } from './groups.ts';
import type { MarkedStep } from './marked-steps.ts';
import { NothingHere } from './nothing-here.ts';
import type { Reader } from './reader.ts';

interface ActsOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly reader: Reader;
  readonly keys: KeyTable;
  readonly say: (text: string) => void;
}

// Messages of a thread that are asked for at a time.
const pageSize = 1000;
// Ranges of a thread that are kept to take it back. The board itself keeps about a hundred for a group.
const mostRanges = 1000;

/** What keys do to the messages and the thread under the cursor: marks, mutes, deleting. */
export class Acts {
  constructor(private readonly options: ActsOptions) {}

  /** Marks the thread under the cursor as read. */
  async catchUpThread(): Promise<void> {
    const { groups, reader, say } = this.options;
    const row = this.row();
    const { group, thread } = row;
    await groups.stored(group);
    const ranges: NumberRange[] = [];
    let unread = 0;
    let mentions = 0;
    let isAlone = true;
    const isUndoable = () => isAlone && ranges.length > 0 && ranges.length < mostRanges;
    try {
      for await (const messages of this.pagesOf(row, groups.find(group)?.lastRead ?? 0)) {
        const page = messages.filter((message) => groups.isUnread(group, message));
        const numbers = rangesOf(page);
        ranges.push(...numbers);
        ranges.length = Math.min(ranges.length, mostRanges);
        unread += page.length;
        mentions += this.mentionsIn(page);
        if (await this.markRead(group, page, numbers)) isAlone = false;
      }
    } finally {
      // What was marked before a failure can be taken back too.
      if (isUndoable()) reader.marked.add({ of: 'thread', group, ranges, unread, mentions });
    }
    reader.countThread(group, thread, Number.POSITIVE_INFINITY);
    if (unread === 0) {
      say('Nothing of the thread is unread.');
      return;
    }
    const said = `${messagesIn(unread)} of the thread marked as read`;
    if (isAlone) say(`${said}.${isUndoable() ? this.undoing : ''}`);
    else say(`${said}, and older messages of the group with them. That cannot be taken back.`);
  }

  /** Marks the group as read. */
  async catchUpGroup(): Promise<void> {
    const { board, groups, reader, say } = this.options;
    const group = this.group();
    await groups.stored(group);
    const { unread, mentions } = groups.find(group) ?? { unread: 0, mentions: 0 };
    if (unread === 0) {
      say(`Nothing of ${groups.nameOf(group)} is unread.`);
      return;
    }
    const { was, lastRead: upTo } = await board.call('group.markRead', { group });
    groups.caughtUp(group, upTo);
    reader.marked.add({ of: 'group', group, was, upTo, unread, mentions });
    await reader.refresh();
    say(`${messagesIn(unread)} of ${groups.nameOf(group)} marked as read.${this.undoing}`);
  }

  /** Takes the last step back that marked something as read. What was read after it stays read. */
  async undo(): Promise<void> {
    const { groups, reader, say } = this.options;
    const step = this.lastStep();
    if (!step) {
      say('There is nothing to take back.');
      return;
    }
    const { group } = step;
    try {
      await groups.stored(group);
      const now = await this.marksOf(group);
      await this.restore(group, marksBefore(step, now), countsOf(step));
    } catch (error) {
      reader.marked.add(step);
      throw error;
    }
    if (step.of === 'message') {
      reader.countThread(group, step.thread, -1);
      await reader.returnTo(group, step.number);
      say(`${groups.nameOf(group)}#${step.number} is unread again.`);
      return;
    }
    await reader.refresh();
    const name = step.of === 'group' ? groups.nameOf(group) : 'The thread';
    say(`${name} is as unread as before.`);
  }

  /** Marks the message under the cursor and the later ones of its thread as unread. */
  async markUnread(): Promise<void> {
    const { groups, reader, say } = this.options;
    const row = this.row();
    const { group } = row;
    await groups.stored(group);
    const ranges: NumberRange[] = [];
    let count = 0;
    let unread = 0;
    let mentions = 0;
    const now = await this.marksOf(group);
    for await (const messages of this.pagesOf(row, (row.number ?? row.thread) - 1)) {
      const page = messages.filter(({ senderId }) => senderId !== groups.userId);
      const read = page.filter(({ number }) => isRead(now, number));
      ranges.push(...rangesOf(page));
      ranges.splice(0, Math.max(0, ranges.length - mostRanges));
      count += page.length;
      unread += read.length;
      mentions += this.mentionsIn(read);
    }
    if (count === 0) {
      say('Your own messages are never unread.');
      return;
    }
    const marks = await this.restore(group, withoutRanges(now, ranges), { unread, mentions });
    reader.keepUnread();
    await reader.refresh();
    const marked = countUnread(ranges, marks);
    if (marked === count) say(`${messagesIn(count)} from here on marked as unread.`);
    else
      say(
        `Only the newest ${marked} of ${messagesIn(count)} from here on could be marked as unread.`,
      );
  }

  /** Mutes the thread under the cursor, or takes that back. */
  async mute(): Promise<void> {
    const { board, groups, reader, keys, say } = this.options;
    const { group, thread } = this.row();
    const isMuted = groups.isMutedThread(group, thread);
    await board.call(isMuted ? 'thread.unmute' : 'thread.mute', { group, thread });
    groups.muteThread(group, thread, !isMuted);
    await reader.refresh();
    const unmuting = keys.offer('mute', reader.focus, 'takes it back.');
    say(isMuted ? 'The thread is not muted any more.' : `The thread is muted.${unmuting}`);
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

  private get undoing(): string {
    const { keys, reader } = this.options;
    return keys.offer('undo', reader.focus, 'takes it back.');
  }

  /** The last step in a group that the user is still in. */
  private lastStep(): MarkedStep | undefined {
    const { groups, reader } = this.options;
    for (;;) {
      const step = reader.marked.take();
      if (!step || groups.find(step.group)) return step;
    }
  }

  private async restore(
    group: number,
    { lastRead, ranges }: Marks,
    added: { readonly unread: number; readonly mentions: number },
  ): Promise<Marks> {
    const { board, groups } = this.options;
    const marks = await board.call('group.restoreMarks', {
      group,
      lastRead,
      ranges: ranges.map(([first, last]) => [first, last]),
    });
    groups.marked(group, marks, added);
    // Whether each of them was read, or is muted, is known only to the board.
    groups.recount();
    return marks;
  }

  /** What is read of a group, from the board: a list of groups can leave ranges out. */
  private marksOf(group: number): Promise<Marks> {
    return this.options.board.call('message.markRead', { group, number: 0 });
  }

  /** @returns whether the board has marked older messages of the group as well, because it keeps only so many ranges */
  private async markRead(
    group: number,
    messages: readonly Header[],
    ranges: readonly NumberRange[],
  ): Promise<boolean> {
    const { board, groups } = this.options;
    const before = groups.find(group);
    let marks: Marks | undefined;
    for (let at = 0; at < ranges.length; at += limits.rangesAtOnce) {
      const some = ranges.slice(at, at + limits.rangesAtOnce);
      marks = await board.call('message.markRead', {
        group,
        ranges: some.map(([first, last]) => [first, last]),
      });
    }
    if (!marks) return false;
    const mentions = this.mentionsIn(messages);
    groups.marked(group, marks, { unread: -messages.length, mentions: -mentions });
    const isMore = before !== undefined && readsOthers(before, ranges, marks);
    if (isMore) groups.recount();
    return isMore;
  }

  /** The visible messages of the thread of a row after a number, in pages: a thread may have any number of messages. */
  private async *pagesOf({ group, thread }: Row, after: number): AsyncGenerator<Header[]> {
    for (let last = after; ; ) {
      const { messages, more } = await this.options.board.call('thread.get', {
        group,
        thread,
        after: last,
        limit: pageSize,
      });
      yield messages;
      last = messages.at(-1)?.number ?? last;
      if (!more || messages.length === 0) return;
    }
  }

  private mentionsIn(messages: readonly Header[]): number {
    return messages.filter((message) => this.options.groups.isMention(message)).length;
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

/** The numbers of messages, of which the oldest is first. */
function rangesOf(messages: readonly Header[]): NumberRange[] {
  const ranges: [number, number][] = [];
  for (const { number } of messages) {
    const before = ranges.at(-1);
    if (before?.[1] === number - 1) before[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

function marksBefore(step: MarkedStep, now: Marks): Marks {
  if (step.of === 'group') return withoutCatchUp(now, step.was, step.upTo);
  return withoutRanges(now, step.of === 'thread' ? step.ranges : [alone(step.number)]);
}

/** How many of the numbers in some ranges are unread. */
function countUnread(ranges: readonly NumberRange[], marks: Marks): number {
  let count = 0;
  for (const [first, last] of ranges) {
    for (let number = first; number <= last; number++) if (!isRead(marks, number)) count++;
  }
  return count;
}

function countsOf(step: MarkedStep): { readonly unread: number; readonly mentions: number } {
  return { unread: step.of === 'message' ? 1 : step.unread, mentions: step.mentions };
}

function messagesIn(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`;
}
