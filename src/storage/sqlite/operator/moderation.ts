import type { OnUser } from '../../../board/ports/groups.ts';
import type { Moderation, ModerationDetails } from '../../../board/ports/moderation.ts';
import type { GroupRef, LogLine } from '../../../board/types.ts';
import { limits } from '../../../protocol/limits.ts';
import type { LogAct, Role } from '../../../protocol/rights.ts';
import { findGroup } from '../acts/access.ts';
import { hashOfCode } from '../acts/invitations.ts';
import type { Executor } from '../executor.ts';
import type { Statements } from '../statements/statements.ts';

const actor = null;
// More than a group can have: no list of the operator is cut short.
const everything = Number.MAX_SAFE_INTEGER;
const linesShown = 10;

/** What moderators and owners do, for the operator. */
export class SqliteModeration implements Moderation {
  constructor(private readonly executor: Executor) {}

  setRole(group: GroupRef, user: string, role: Role) {
    return this.executor.run('setRole', { actor, group, user, role });
  }

  removeMember(group: GroupRef, on: OnUser) {
    return this.executor.run('removeMember', { actor, group, ...on });
  }

  bar(group: GroupRef, on: OnUser) {
    return this.executor.run('bar', { actor, group, ...on });
  }

  unbar(group: GroupRef, on: OnUser) {
    return this.executor.run('unbar', { actor, group, ...on });
  }

  silence(group: GroupRef, on: OnUser & { readonly until: number }) {
    return this.executor.run('silence', { actor, group, ...on });
  }

  unsilence(group: GroupRef, on: OnUser) {
    return this.executor.run('unsilence', { actor, group, ...on });
  }

  invite(group: GroupRef, user: string) {
    return this.executor.run('invite', { actor, group, user });
  }

  makeCode(
    group: GroupRef,
    { code, uses, until }: { code: string; uses: number | null; until: number | null },
  ) {
    return this.executor.run('makeCode', { actor, group, hash: hashOfCode(code), uses, until });
  }

  revoke(group: GroupRef, user: string | undefined) {
    return this.executor.run('revoke', { actor, group, user });
  }

  closeThread(group: GroupRef, thread: number, closed: boolean) {
    return this.executor.run('closeThread', { actor, group, thread, closed });
  }

  pin(group: GroupRef, number: number, pinned: boolean) {
    return this.executor.run('pin', { actor, group, number, pinned });
  }

  reports(ref: GroupRef | undefined) {
    const { statements } = this.executor;
    return this.executor.read(() => {
      const wanted = ref && findGroup(statements, ref).id;
      const open = statements.openReports.all({ limit: everything });
      return open.filter(({ groupId }) => wanted === undefined || groupId === wanted);
    });
  }

  closeReports(group: GroupRef, number: number) {
    return this.executor.run('closeReports', { actor, group, number });
  }

  log(ref: GroupRef, { before = everything, limit }: { before?: number; limit: number }) {
    const { statements } = this.executor;
    return this.executor.read(() => {
      const { id, name } = findGroup(statements, ref);
      const found = newestLines(statements, id, { before, limit: limit + 1 });
      const lines = found.slice(0, limit).reverse();
      return { group: { id, name }, lines, more: found.length > limit };
    });
  }
}

/** What moderators have set in a group. For a read of the operator. */
export function moderationDetails(statements: Statements, group: number): ModerationDetails {
  return {
    restrictions: statements.restrictionsIn.all({ group, limit: everything }),
    invitations: statements.invitationsIn.all({ group }),
    pins: statements.pinsOf.all({ group }).map(({ number }) => number),
    closedThreads: statements.closedThreadsOf.all({ group }).map(({ thread }) => thread),
    openReports: statements.reportsIn.all({ group, from: 0, limit: everything }).length,
    log: newestLines(statements, group, { before: everything, limit: linesShown }).reverse(),
  };
}

function newestLines(
  statements: Statements,
  group: number,
  page: { readonly before: number; readonly limit: number },
): LogLine[] {
  const { logLines } = limits;
  const limit = Math.min(page.limit, logLines + 1);
  const rows = statements.logOf.all({ group, before: page.before, limit, since: 0, from: 0 });
  return rows.map((line) => ({ ...line, act: line.act as LogAct }));
}
