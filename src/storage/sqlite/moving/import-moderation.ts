import { ExportError, type LineOf } from '../../../board/export-format.ts';
import { isDirectName } from '../../../protocol/direct.ts';
import { limits } from '../../../protocol/limits.ts';
import type { KnownNames } from './import-names.ts';
import type { ImportCounts, ImportStatements } from './import-statements.ts';

/**
 * Makes rows of the lines about moderation. Whether the messages exist that they are about, the check of the whole database
 * finds: see `moderationChecks`.
 */
export class ModerationRows {
  /** How many lines the log of a group has. */
  private readonly logged = new Map<number, number>();

  constructor(
    private readonly statements: ImportStatements,
    private readonly counts: ImportCounts,
    private readonly known: KnownNames,
  ) {
    for (const { group, lines } of statements.logged.all()) this.logged.set(group, lines);
  }

  addRestriction({ until, reason = '', ...line }: LineOf<'restriction'>): void {
    const ids = { group: this.group(line.group), user: this.known.user(line.user) };
    this.statements.addRestriction.run({ ...line, ...ids, until: until ?? null, reason });
    this.counts.restrictions++;
  }

  addInvitation(line: LineOf<'invitation'>): void {
    const { codeHash = null, uses = null, until = null, createdAt } = line;
    const user = line.user === undefined ? null : this.known.user(line.user);
    const by = line.by === undefined ? null : this.known.user(line.by);
    const group = this.group(line.group);
    this.statements.addInvitation.run({ group, user, codeHash, uses, until, by, createdAt });
    this.counts.invitations++;
  }

  addLogged(line: LineOf<'logged'>): void {
    const { at, act, by = null, user = null, number = null, postedAt = null } = line;
    const { until = null, detail = '' } = line;
    const group = this.group(line.group);
    const lines = (this.logged.get(group) ?? 0) + 1;
    if (lines > limits.logLines) {
      throw new ExportError(
        `group: The log of ${line.group} has more than ${limits.logLines} lines`,
      );
    }
    this.logged.set(group, lines);
    this.statements.addLogged.run({
      ...{ group, at, act, by, user, number, postedAt, until, detail },
    });
    this.counts.logged++;
  }

  addClosed({ group, thread, closedAt }: LineOf<'closed'>): void {
    this.statements.addClosed.run({ group: this.group(group), thread, closedAt });
    this.counts.closed++;
  }

  addPin({ group, number, pinnedAt }: LineOf<'pin'>): void {
    this.statements.addPin.run({ group: this.group(group), number, pinnedAt });
    this.counts.pins++;
  }

  addReport({ closedAt, ...line }: LineOf<'report'>): void {
    const user = line.user === undefined ? null : this.known.user(line.user);
    const { number, reason, createdAt } = line;
    const group = this.known.group(line.group).id;
    this.statements.addReport.run({
      group,
      number,
      user,
      reason,
      createdAt,
      closedAt: closedAt ?? null,
    });
    this.counts.reports++;
  }

  /** @throws ExportError for a direct conversation, which has no moderators */
  private group(name: string): number {
    const { id } = this.known.group(name);
    if (isDirectName(name)) throw new ExportError('group: A direct conversation has no moderators');
    return id;
  }
}
