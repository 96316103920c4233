import { groupKey } from '../panes/groups-pane.ts';
import { FoundIndex } from './found-index.ts';
import { GroupIndex } from './group-index.ts';
import type { IndexView } from './index-view.ts';
import { JoinIndex } from './join-index.ts';
import { ListIndex } from './list-index.ts';
import type { Position, ReadingPlace } from './reading-place.ts';
import type { Steps } from './steps.ts';

/** Goes to groups, to messages anywhere, to what was found, and back from there. */
export class Places {
  /** The index to go back to from what was found. */
  private behind: Position | undefined;

  constructor(
    private readonly place: ReadingPlace,
    private readonly steps: Steps,
  ) {}

  /** Begins at the first unread message of the first unread group, or in the first group. */
  async start(): Promise<void> {
    const { all } = this.place.options.groups;
    const group = all.find(({ unread }) => unread > 0) ?? all[0];
    if (group) await this.steps.enter(group.id, group.unread > 0);
    else await this.showJoinable();
  }

  /** Shows an index again that was left, with the cursor where it was. */
  async comeBack({ index, focus, cursor, group, number }: Position): Promise<void> {
    const { place } = this;
    const turn = place.show(index);
    place.focus = focus;
    if (index.listKey !== undefined) {
      place.groupList = { ...place.groupList, cursor: index.listKey };
    }
    const isThere = index.rows.some(({ key }) => key === cursor);
    if (isThere) index.scrolled = { ...index.scrolled, cursor };
    place.select();
    await index.refresh();
    if (!place.isStill(turn)) return;
    // The thread was closed meanwhile.
    if (!isThere && group !== undefined && number !== undefined) await this.goTo(group, number);
  }

  /** Shows messages that were found. `goBack` leads to the group that was shown before. */
  async showFound(index: FoundIndex): Promise<void> {
    const { place } = this;
    this.remember();
    const turn = place.show(index);
    place.focus = 'index';
    await index.loadStart();
    if (!place.isStill(turn)) return;
    place.select();
    place.options.changed();
  }

  /** Goes back from what was found. @returns whether the user was in anything that was found */
  goBack(): boolean {
    const { behind, place } = this;
    if (!behind || !isBeside(place.index)) return false;
    this.comeBack(behind).catch(place.options.failed);
    return true;
  }

  /** Shows another place, if the user is not in the group any more. */
  async leavePlace(): Promise<void> {
    const { behind, place, steps } = this;
    const { groups } = place.options;
    const { index } = place;
    const isGone = ({ group }: IndexView) => group !== undefined && !groups.find(group);
    if (behind && isGone(behind.index)) this.behind = undefined;
    const hasJoined = index instanceof JoinIndex && index.isOnly && groups.all.length > 0;
    if (!isGone(index) && !hasJoined) return;
    place.messages.hide();
    const [first] = groups.all;
    if (first) await steps.enter(first.id, false);
    else await this.showJoinable();
  }

  /** Shows a message wherever it is, with its thread open. */
  async goTo(group: number, number: number): Promise<void> {
    const { place } = this;
    const message = await place.options.board.call('message.get', { group, number });
    place.messages.know(group, number, message);
    const before = place.index;
    const index = this.indexOf(group);
    const turn = index === before ? place.begin() : place.show(index);
    await index.goTo(number, message.thread);
    if (!place.isStill(turn)) return;
    place.groupList = { ...place.groupList, cursor: groupKey(group) };
    place.select();
  }

  /** Moves the cursor back to a message that was read: among what was found, if it is there, else in its group. */
  async returnTo(group: number, number: number): Promise<void> {
    const { index } = this.place;
    const row = index.rows.find((each) => each.group === group && each.number === number);
    if (!row || !(index instanceof FoundIndex)) return this.goTo(group, number);
    this.place.begin();
    index.scrolled = { ...index.scrolled, cursor: row.key };
    this.place.select();
  }

  /** Goes from a message that was found to its place in its group. */
  async openFound(): Promise<void> {
    const { index, row } = this.place;
    if (index instanceof FoundIndex && row?.number !== undefined) {
      await this.goTo(row.group, row.number);
    }
  }

  /** Shows the groups that the user can join. */
  showJoinable(): Promise<void> {
    const { groups, keys } = this.place.options;
    return this.showList(new JoinIndex(groups.joinable, keys, groups.all.length === 0));
  }

  /** Shows a list. `goBack` leads to the group that was shown before. */
  async showList(index: ListIndex): Promise<void> {
    const { place } = this;
    this.remember();
    place.show(index);
    place.focus = 'index';
    await index.loadStart();
    place.options.changed();
  }

  /** What is shown next is beside the groups: the user comes back from there. */
  private remember(): void {
    if (!isBeside(this.place.index)) this.behind = this.place.position;
  }

  private indexOf(group: number): GroupIndex {
    const { index, options } = this.place;
    if (index instanceof GroupIndex && index.group === group) return index;
    return new GroupIndex(options, group);
  }
}

/** Whether an index is no group: `q` leads back to one. */
function isBeside(index: IndexView): boolean {
  return index instanceof FoundIndex || index instanceof ListIndex;
}
