import { ExportError, type ImportLine, type LineOf } from '../../../board/export-format.ts';
import type { Client } from '../file/connection.ts';
import { MemberRows } from './import-members.ts';
import { MessageRows } from './import-messages.ts';
import { ModerationRows } from './import-moderation.ts';
import { KnownNames } from './import-names.ts';
import { LineOrder } from './import-order.ts';
import { type ImportCounts, isConflict, prepareImport } from './import-statements.ts';

type Take = { [T in ImportLine['type']]: (line: LineOf<T>) => void };

/** Values that no two lines may share. */
const unique = {
  user: 'name',
  group: 'id or name',
  direct: 'id or users',
  block: 'user and blocked',
  mute: 'user and muted, or user, group and thread',
  membership: 'group and user',
  restriction: 'group, user and kind',
  invitation: 'group and user, or codeHash',
  closed: 'group and thread',
  pin: 'group and number',
  report: 'group, number and user',
  message: 'sender and key',
} as const;

/**
 * Makes rows of the lines of an export, and checks what a line alone does not show: its place in the file, and the
 * lines that it refers to. It keeps the names of users and groups in memory, and no messages.
 */
export class ImportRows {
  private readonly order: LineOrder;
  private readonly known: KnownNames;
  private readonly counts: ImportCounts;
  private readonly members: MemberRows;
  private readonly moderation: ModerationRows;
  private readonly messages: MessageRows;

  private readonly actions: Take = {
    board: () => {},
    user: (line) => this.members.addUser(line),
    group: (line) => this.members.addGroup(line),
    direct: (line) => this.members.addDirect(line),
    block: (line) => this.members.addBlock(line),
    mute: (line) => this.members.addMute(line),
    membership: (line) => this.members.addMembership(line),
    message: (line) => this.messages.addMessage(line),
    deleted: (line) => this.messages.addDeleted(line),
    revision: (line) => this.messages.addRevision(line),
    restriction: (line) => this.moderation.addRestriction(line),
    invitation: (line) => this.moderation.addInvitation(line),
    logged: (line) => this.moderation.addLogged(line),
    closed: (line) => this.moderation.addClosed(line),
    pin: (line) => this.moderation.addPin(line),
    report: (line) => this.moderation.addReport(line),
    end: () => this.requireCounts(),
  };

  /**
   * @param client the database for the rows; it may hold those of an interrupted import
   * @param header the first line, if it was read
   * @param last the type of the last line that was read
   */
  constructor(
    client: Client,
    header: LineOf<'board'> | undefined,
    last: ImportLine['type'] | undefined,
  ) {
    this.order = new LineOrder(header, last);
    const statements = prepareImport(client);
    this.known = new KnownNames(statements);
    this.counts = statements.counts.get() as ImportCounts;
    this.members = new MemberRows(statements, this.counts, this.known, this.order);
    this.moderation = new ModerationRows(statements, this.counts, this.known);
    this.messages = new MessageRows(statements, this.counts, this.known);
  }

  /** The first line, if it was read. */
  get header(): LineOf<'board'> | undefined {
    return this.order.header;
  }

  /** The type of the last line that was read. */
  get last(): ImportLine['type'] | undefined {
    return this.order.last;
  }

  /** How many lines the header promises. */
  get expectedLines(): number {
    return this.order.expectedLines;
  }

  /** @throws ExportError */
  take(line: ImportLine): void {
    this.order.require(line);
    if (line.type !== 'revision') this.messages.requireRevisions();
    try {
      (this.actions[line.type] as (line: ImportLine) => void)(line);
    } catch (error) {
      throw isConflict(error) && line.type in unique
        ? new ExportError(
            `An earlier line has the same ${unique[line.type as keyof typeof unique]}`,
          )
        : error;
    }
    this.order.taken(line);
  }

  private requireCounts(): void {
    const { users, groups } = this.known;
    const { counts } = this;
    this.order.requireCounts({
      users: users.size,
      groups: groups.size - counts.directs,
      ...counts,
    });
  }
}
