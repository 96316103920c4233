import type { KeyTable } from '../keys/key-table.ts';
import { counted } from '../panes/groups-pane.ts';
import type { Joinable, JoinableGroup } from './joinable.ts';
import { ListIndex, listRow } from './list-index.ts';

/** The groups of the board that the user is not in. */
export class JoinIndex extends ListIndex {
  readonly listKey = 'join';
  private known: readonly JoinableGroup[] | undefined;

  /** @param isOnly whether the user is in no group yet, so that there is nothing else to show */
  constructor(
    private readonly joinable: Joinable,
    private readonly keys: KeyTable,
    readonly isOnly: boolean,
  ) {
    super();
    this.refreshRows();
  }

  get title(): string {
    return this.isOnly ? 'no group' : '+ join a group';
  }

  get note(): string {
    const joining = this.keys.offer('open', 'index', 'joins the group that the cursor is on.');
    const more = this.joinable.isCut ? ' There are more groups than are listed.' : '';
    const said = this.isOnly ? 'You are in no group yet.' : 'You are not in these groups.';
    return `${said}${more}${joining}`;
  }

  get empty(): string {
    return this.joinable.groups ? 'There is no group that you can join.' : 'Loading …';
  }

  override async loadStart(): Promise<void> {
    await this.joinable.load();
    this.refreshRows();
    await super.loadStart();
  }

  override async refresh(): Promise<void> {
    await this.joinable.load();
  }

  override get rows() {
    if (this.known !== this.joinable.groups) this.refreshRows();
    return super.rows;
  }

  private refreshRows(): void {
    this.known = this.joinable.groups;
    this.show(
      (this.known ?? []).map(({ id, name, description, members, isClosed }) => {
        const sender = members === 1 ? '1 member' : `${counted(members)} members`;
        const subject = isClosed ? `(by invitation) ${description}` : description;
        return listRow(`j${id}`, { groupName: name, subject, sender });
      }),
    );
  }
}
