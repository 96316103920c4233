import type { BoardClient } from '../../client/board-client.ts';
import type { Result } from '../../protocol/schemas.ts';
import type { Row } from '../model/row.ts';
import type { Scrolled } from '../model/scrolled.ts';
import { counted } from '../panes/groups-pane.ts';
import type { IndexView } from './index-view.ts';

/** The groups that a user who is in none can join. */
export class JoinIndex implements IndexView {
  scrolled: Scrolled = { cursor: undefined, top: undefined };
  readonly title = 'no group';
  readonly group = undefined;
  readonly listKey = undefined;
  readonly held = 0;
  readonly note = 'You are in no group yet. Enter joins the one that the cursor is on.';
  rows: readonly Row[] = [];
  private isLoaded = false;

  constructor(private readonly board: Pick<BoardClient, 'call'>) {}

  get empty(): string {
    return this.isLoaded ? 'There is no group that you can join.' : 'Loading …';
  }

  async loadStart(): Promise<void> {
    const { groups } = await this.board.call('group.list', {});
    this.isLoaded = true;
    this.rows = groups.filter(({ joined }) => !joined).map(rowOf);
    this.scrolled = { cursor: this.rows[0]?.key, top: undefined };
  }

  isEdge(): boolean {
    return false;
  }

  async loadEnd(): Promise<void> {
    this.scrolled = { ...this.scrolled, cursor: this.rows.at(-1)?.key };
  }

  async extend(): Promise<boolean> {
    return false;
  }

  take(): void {}

  settle(): void {}

  async refresh(): Promise<void> {}
}

function rowOf({ id, name, description, members }: Result<'group.list'>['groups'][number]): Row {
  return {
    key: `j${id}`,
    // It is no place yet.
    group: 0,
    groupName: name,
    thread: 0,
    number: undefined,
    isReply: false,
    fold: 'none',
    unread: false,
    mention: false,
    isMuted: false,
    isDeleted: false,
    subject: description,
    sender: members === 1 ? '1 member' : `${counted(members)} members`,
    postedAt: '',
  };
}
