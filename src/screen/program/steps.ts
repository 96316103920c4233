import { isDirectName } from '../../protocol/direct.ts';
import {
  nextStep,
  nextUnreadThread,
  type Step,
  type WhereReading,
} from '../model/reading-order.ts';
import { groupKey, groupOfKey } from '../panes/groups-pane.ts';
import { GroupIndex } from './group-index.ts';
import type { ReadingPlace } from './reading-place.ts';

/** How many counts that turn out to be outdated one key follows. */
const mostDetours = 5;

/** Goes to what is unread: the next page, message, thread, group. */
export class Steps {
  constructor(private readonly place: ReadingPlace) {}

  /** Shows a group, at its first unread message or at its first row. */
  async enter(group: number, isReading: boolean): Promise<void> {
    const { place } = this;
    const index = new GroupIndex(place.options, group);
    const turn = place.show(index);
    place.groupList = { ...place.groupList, cursor: groupKey(group) };
    await index.loadStart();
    if (!place.isStill(turn)) return;
    if (isReading) {
      index.scrolled = { cursor: undefined, top: index.scrolled.cursor };
      await this.take(nextUnreadThread(this.where()), turn);
    }
    place.select();
  }

  /** What Space does. */
  async space(): Promise<void> {
    const { place } = this;
    const { messages } = place;
    const turn = place.begin();
    const listed = place.focus === 'groups' ? groupOfKey(place.groupList.cursor) : undefined;
    if (listed !== undefined && listed !== place.index.group) {
      await this.enter(listed, true);
      this.showMessage();
      return;
    }
    await messages.loaded();
    if (!place.isStill(turn)) return;
    const isHidden = !place.layout.message;
    this.showMessage();
    if (isHidden && place.isUnread && messages.shown?.endSentAt === undefined) return;
    if (!messages.endShown) {
      messages.scroll(place.pageRows);
      return;
    }
    if (this.mayGoOn) await this.onwards(turn, isHidden);
  }

  /** What `n` and `N` do. */
  async nextThread(direction: 1 | -1): Promise<void> {
    const { place } = this;
    const turn = place.begin();
    place.readOn();
    await this.take(nextUnreadThread(this.where(), direction), turn);
    place.select();
  }

  /** Space that is held down or was typed ahead stops at the end of a message, so that it marks nothing that nobody saw. */
  private get mayGoOn(): boolean {
    const { place } = this;
    return place.press?.isRepeat !== true && (place.isSeen || !place.isUnread);
  }

  /** Shows the message pane, where it is not beside the index. */
  private showMessage(): void {
    const { place } = this;
    if (!place.layout.message || place.focus === 'groups') place.focus = 'message';
  }

  private sayLast(): void {
    const { focus, options } = this.place;
    options.say(`That was the last one.${options.keys.offer('back', focus, 'goes back.')}`);
  }

  private async onwards(turn: number, wasHidden: boolean): Promise<void> {
    const { place } = this;
    place.readOn();
    const { index } = place;
    if (!(index instanceof GroupIndex)) {
      const at = index.rows.findIndex(({ key }) => key === index.scrolled.cursor);
      const next = index.rows[at + 1];
      if (next) place.moveTo(next.key);
      else this.sayLast();
      return;
    }
    const step = nextStep({ ...this.where(), endShown: true });
    await this.take(step, turn);
    if (step.to === 'nothing' && wasHidden) place.focus = 'index';
    place.select();
  }

  private async take(step: Step, turn: number, detours = mostDetours): Promise<void> {
    const { place } = this;
    const { index, options } = place;
    if (!place.isStill(turn)) return;
    switch (step.to) {
      case 'page':
        place.messages.scroll(place.pageRows);
        return;
      case 'message':
        if (index instanceof GroupIndex) index.moveTo(step.number);
        return;
      case 'thread': {
        if (!(index instanceof GroupIndex)) return;
        const number = await this.firstUnread(index, step.thread);
        if (!place.isStill(turn)) return;
        if (number !== undefined) index.moveTo(number);
        else await this.detour(turn, detours);
        return;
      }
      case 'oldest': {
        const { message } = await options.board.call('message.next', { group: step.group });
        if (!place.isStill(turn)) return;
        if (message && index instanceof GroupIndex) {
          await index.goTo(message.number, message.thread);
        } else {
          options.groups.nothingUnread(step.group);
          await this.detour(turn, detours);
        }
        return;
      }
      case 'group':
        await this.enter(step.group, true);
        return;
      case 'nothing':
        options.say('Nothing more is unread.');
    }
  }

  /** The count that led here was outdated: takes the next step from here. */
  private async detour(turn: number, detours: number): Promise<void> {
    if (detours === 0) return;
    await this.take(nextUnreadThread(this.where()), turn, detours - 1);
  }

  /** Opens a thread. @returns the number of its first unread message, if it has one */
  private async firstUnread(index: GroupIndex, thread: number): Promise<number | undefined> {
    const { board, groups } = this.place.options;
    const { group } = index;
    const opened = await index.openThread(thread);
    const found = opened.messages.find((message) => groups.isUnread(group, message));
    if (found) return found.number;
    if (!index.isWhole) {
      const { message } = await board.call('message.next', { group, thread });
      if (message?.thread === thread) {
        await index.openThread(thread, message.number);
        return message.number;
      }
    }
    index.read(thread, Number.POSITIVE_INFINITY);
    return undefined;
  }

  private where(): WhereReading {
    const { index: view, row, options, messages } = this.place;
    const index = view instanceof GroupIndex ? view : undefined;
    const open = index?.open;
    return {
      endShown: messages.endShown,
      group: index?.group,
      number: row?.number,
      open: open && {
        thread: open.thread,
        isWhole: index.isWhole,
        messages: open.messages.map((message) => ({
          number: message.number,
          unread: !message.isDeleted && options.groups.isUnread(index.group, message),
        })),
      },
      threads: index?.threads ?? [],
      thread: row?.thread,
      groups: options.groups.all.map(({ id, unread, mentions, name }) => ({
        id,
        unread,
        mentions,
        isDirect: isDirectName(name),
      })),
    };
  }
}
