import { deletedUser } from '../../../board/export-fields.ts';
import { ExportError, type LineOf } from '../../../board/export-format.ts';
import { everyoneId } from '../../../board/mentions.ts';
import { isDirectName } from '../../../protocol/direct.ts';
import { everyone } from '../../../protocol/mentions.ts';
import { milestoneSpacing } from '../milestones.ts';
import type { KnownNames } from './import-names.ts';
import type { Edited, ImportCounts, ImportStatements, KnownGroup } from './import-statements.ts';

/**
 * Makes rows of the lines about messages: those that are there, those that were deleted, and the texts from before edits. It
 * checks that numbers and times grow, because the board's clock and the rule of visibility need that.
 */
export class MessageRows {
  private postedAt = 0;
  /** The last message, with how many of its revisions have come. */
  private edited: Edited | undefined;

  constructor(
    private readonly statements: ImportStatements,
    private readonly counts: ImportCounts,
    private readonly known: KnownNames,
  ) {
    this.edited = statements.lastMessage.get();
    for (const { postedAt } of known.groups.values())
      this.postedAt = Math.max(this.postedAt, postedAt);
  }

  addMessage({ group: name, sender, ...message }: LineOf<'message'>): void {
    const place = this.next(name, message);
    const user = sender === null ? null : this.known.user(sender);
    if (user !== null && isDirectName(name))
      requireParty(this.statements, { group: place.group, user: user }, 'sender');
    const { replyTo = null, thread = null } = message;
    if ((replyTo === null) !== (thread === null)) {
      throw new ExportError('thread: A reply has replyTo and thread, and another message neither');
    }
    if (replyTo !== null && (replyTo >= message.number || (thread ?? 0) > replyTo)) {
      throw new ExportError(
        'replyTo: It is not between the first message of the thread and this one',
      );
    }
    const { number, postedAt, editedAt = null, edits = 0 } = message;
    if ((editedAt === null) !== (edits === 0)) {
      throw new ExportError('edits: It has to be there with editedAt, and only with it');
    }
    if (editedAt !== null && editedAt <= postedAt) {
      throw new ExportError('editedAt: It is not after postedAt');
    }
    const ids = this.mentioned(message.mentions, isDirectName(name));
    if (isDirectName(name))
      for (const id of ids)
        requireParty(this.statements, { group: place.group, user: id }, 'mentions');
    this.statements.addMessage.run({
      key: null,
      ...message,
      ...place,
      user,
      replyTo,
      thread,
      editedAt,
      edits,
      mentions: ids.length > 0 ? JSON.stringify(ids) : null,
    });
    for (const id of ids) {
      if (id !== everyoneId)
        this.statements.addMention.run({ group: place.group, number, user: id, postedAt });
    }
    if (editedAt !== null) this.statements.raise.run({ group: place.group, change: editedAt });
    this.edited = { group: place.group, number, edits, postedAt, editedAt, revisions: 0 };
    this.counts.messages++;
  }

  addRevision({ group: name, ...line }: LineOf<'revision'>): void {
    const { edited } = this;
    const { id: group } = this.known.group(name);
    if (!edited || edited.group !== group || edited.number !== line.number) {
      throw new ExportError('number: A revision follows its message');
    }
    if (line.revision !== edited.revisions || line.revision >= edited.edits) {
      throw new ExportError(
        `revision: Message ${line.number} of ${name} has ${edited.edits}, counted from 0`,
      );
    }
    if (line.writtenAt < edited.postedAt || line.writtenAt >= (edited.editedAt ?? 0)) {
      throw new ExportError('writtenAt: It is not between postedAt and editedAt of the message');
    }
    this.statements.addRevision.run({ ...line, group });
    edited.revisions++;
    this.counts.revisions++;
  }

  addDeleted({ group: name, ...tombstone }: LineOf<'deleted'>): void {
    const place = this.next(name, tombstone);
    const { thread = null } = tombstone;
    if (thread !== null && thread >= tombstone.number) {
      throw new ExportError('thread: It is not before this message');
    }
    const { deletedBy, changedAt: change = null } = tombstone;
    const by =
      deletedBy === undefined ? null : deletedBy === deletedUser ? 0 : this.known.user(deletedBy);
    this.statements.addDeleted.run({ ...tombstone, ...place, thread, by, change });
    if (change !== null) this.statements.raise.run({ group: place.group, change });
    this.edited = undefined;
    this.counts.deleted++;
  }

  /** @throws ExportError if revisions of the last message are missing */
  requireRevisions(): void {
    const { edited } = this;
    if (!edited || edited.revisions === edited.edits) return;
    throw new ExportError(
      `Message ${edited.number} above has ${edited.edits} revisions, and ${edited.revisions} follow it`,
    );
  }

  /** The ids of the users whom a message mentions, in the order of the column. */
  private mentioned(mentions: readonly string[] = [], isDirect: boolean): number[] {
    const ids = mentions.map((name) => (name === everyone ? everyoneId : this.known.user(name)));
    if (new Set(ids).size < ids.length) throw new ExportError('mentions: A name is there twice');
    if (ids.indexOf(everyoneId) > 0)
      throw new ExportError(`mentions: ${everyone} is not the first`);
    if (ids[0] === everyoneId && isDirect) {
      throw new ExportError(`mentions: ${everyone} is not for a direct conversation`);
    }
    return ids;
  }

  /** Checks the place of the next message in its group, and remembers it. @throws ExportError */
  private next(name: string, { number, postedAt }: { number: number; postedAt: number }) {
    const group = this.known.group(name);
    if (number > group.lastNumber) throw beyond('number', name, group);
    if (number <= group.number) {
      throw new ExportError(`number: It comes after ${group.number} in ${name}`);
    }
    if (postedAt < this.postedAt || postedAt <= group.postedAt) {
      throw new ExportError('postedAt: It is not after the message above');
    }
    // The first message of each block of numbers: a group with gaps has milestones too.
    const opensBlock = blockOf(number) > blockOf(group.number);
    Object.assign(group, { number, postedAt });
    this.postedAt = postedAt;
    return { group: group.id, milestone: opensBlock ? 1 : null };
  }
}

/** @throws ExportError if a user is not one of the two of a direct conversation */
export function requireParty(
  { isParty }: ImportStatements,
  of: { readonly group: number; readonly user: number },
  field: string,
): void {
  if (!isParty.get(of)) throw new ExportError(`${field}: Not a user of this direct conversation`);
}

/** The error for a number that the group has not given out. */
export function beyond(field: string, group: string, { lastNumber }: KnownGroup): ExportError {
  return new ExportError(`${field}: ${group} has given out no number above ${lastNumber}`);
}

function blockOf(number: number): number {
  return Math.floor(number / milestoneSpacing);
}
