import type { Name } from '../../../board/name-key.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import type { GroupEdit, GroupRepository, OnUser } from '../../../board/ports/groups.ts';
import type { GroupRef } from '../../../board/types.ts';
import { limits } from '../../../protocol/limits.ts';
import {
  type Access,
  effectiveRole,
  type GroupCreation,
  type LogAct,
  may,
  type Role,
} from '../../../protocol/rights.ts';
import { findAccess, findGroup, requireMember } from '../acts/access.ts';
import { requireActiveSession } from '../acts/active-session.ts';
import { requireRight } from '../acts/authority.ts';
import { hashOfCode } from '../acts/invitations.ts';
import { messagePage, visibleMessage } from '../statements/pages.ts';
import { plain } from './repository.ts';
import type { Store } from './store.ts';

/** The groups that users make and look after, in SQLite. Writes are acts in the commit queue; reads run at once. */
export class SqliteGroups implements GroupRepository {
  constructor(private readonly store: Store) {}

  create(
    actor: Actor,
    group: { readonly name: Name; readonly description: string; readonly access: Access },
    creation: GroupCreation,
  ) {
    return this.store.run('makeGroup', { actor: plain(actor), creation, ...group }, actor);
  }

  edit(
    actor: Actor,
    group: GroupRef,
    edit: { readonly name: Name | undefined; readonly changes: GroupEdit },
  ) {
    return this.store.run('changeGroup', { actor: plain(actor), group, ...edit }, actor);
  }

  delete(actor: Actor, group: GroupRef) {
    return this.store.run('hideGroup', { actor: plain(actor), group }, actor);
  }

  show(actor: Actor, ref: GroupRef) {
    const { statements } = this.store;
    return this.store.readAtOnce(() => {
      const found = findAccess(statements, actor, ref);
      const { id, name, access, posting, replying, joinedAt, silencedUntil } = found;
      const group = { id, name };
      const { description, about, members } = findGroup(statements, { id });
      // An invitation shows nothing of what is in a secret group.
      const isHidden = access === 'secret' && joinedAt === null;
      const staff = isHidden ? [] : statements.staffOf.all({ group: id });
      const named = (role: Role) => staff.filter((one) => one.role === role).map((one) => one.name);
      const pins = joinedAt === null ? [] : statements.pinsOf.all({ group: id });
      const isSilenced = (silencedUntil ?? 0) > this.store.expected();
      return {
        ...{ group, description, about, access, posting, replying },
        members: isHidden ? 0 : members,
        isMember: joinedAt !== null,
        role: effectiveRole(found.role, actor.proof.isProtected),
        invited: found.invitation !== null,
        owner: named('owner')[0] ?? null,
        moderators: named('moderator'),
        pins: pins.flatMap(
          ({ number }) => visibleMessage(statements, group, joinedAt ?? 0, number) ?? [],
        ),
        silencedUntil: isSilenced ? silencedUntil : null,
      };
    });
  }

  invite(actor: Actor, group: GroupRef, user: string) {
    return this.store.run('invite', { actor: plain(actor), group, user }, actor);
  }

  makeCode(
    actor: Actor,
    group: GroupRef,
    { code, uses, until }: { code: string; uses: number | null; until: number | null },
  ) {
    const args = { actor: plain(actor), group, hash: hashOfCode(code), uses, until };
    return this.store.run('makeCode', args, actor);
  }

  revoke(actor: Actor, group: GroupRef, user: string | undefined) {
    return this.store.run('revoke', { actor: plain(actor), group, user }, actor);
  }

  invitations(actor: Actor, ref: GroupRef) {
    const { statements } = this.store;
    return this.store.read(() => {
      const { group } = requireRight(statements, { actor, group: ref }, 'invite users');
      return { group, invitations: statements.invitationsIn.all({ group: group.id }) };
    });
  }

  received(actor: Actor) {
    const { statements } = this.store;
    return this.store.read(() => {
      requireActiveSession(statements, actor);
      return statements.invitationsFor.all({ user: actor.user.id });
    });
  }

  removeMember(actor: Actor, group: GroupRef, on: OnUser) {
    return this.store.run('removeMember', { actor: plain(actor), group, ...on }, actor);
  }

  bar(actor: Actor, group: GroupRef, on: OnUser) {
    return this.store.run('bar', { actor: plain(actor), group, ...on }, actor);
  }

  unbar(actor: Actor, group: GroupRef, on: OnUser) {
    return this.store.run('unbar', { actor: plain(actor), group, ...on }, actor);
  }

  silence(actor: Actor, group: GroupRef, on: OnUser & { readonly until: number }) {
    return this.store.run('silence', { actor: plain(actor), group, ...on }, actor);
  }

  unsilence(actor: Actor, group: GroupRef, on: OnUser) {
    return this.store.run('unsilence', { actor: plain(actor), group, ...on }, actor);
  }

  setRole(actor: Actor, group: GroupRef, user: string, role: Role) {
    return this.store.run('setRole', { actor: plain(actor), group, user, role }, actor);
  }

  closeThread(actor: Actor, group: GroupRef, thread: number, closed: boolean) {
    return this.store.run('closeThread', { actor: plain(actor), group, thread, closed }, actor);
  }

  pin(actor: Actor, group: GroupRef, number: number, pinned: boolean) {
    return this.store.run('pin', { actor: plain(actor), group, number, pinned }, actor);
  }

  report(actor: Actor, group: GroupRef, number: number, reason: string) {
    return this.store.run('report', { actor: plain(actor), group, number, reason }, actor);
  }

  reports(actor: Actor, ref: GroupRef) {
    const { statements } = this.store;
    return this.store.read(() => {
      const { group, joined } = requireRight(statements, { actor, group: ref }, 'read reports');
      // A report ends with its message, so all from the first visible message on are of visible ones.
      const [first] = messagePage(statements, group, joined, { after: 0, limit: 1 }).messages;
      const page = { group: group.id, from: first?.number ?? 0, limit: limits.reportsListed };
      return { group, reports: first ? statements.reportsIn.all(page) : [] };
    });
  }

  closeReports(actor: Actor, group: GroupRef, number: number) {
    return this.store.run('closeReports', { actor: plain(actor), group, number }, actor);
  }

  log(actor: Actor, ref: GroupRef, { before, limit }: { before: number; limit: number }) {
    const { statements } = this.store;
    return this.store.read(() => {
      const { group, joined, role } = requireMember(statements, actor, ref);
      const isStaff = may(role, 'remove members');
      const since = isStaff ? 0 : joined;
      // Moderators too see nothing of messages that the rule of visibility hides from them.
      const from = statements.firstVisibleRow.get({ group: group.id, joined })?.from ?? joined;
      const page = { group: group.id, before, since, from, limit: limit + 1 };
      const found = statements.logOf.all(page);
      const lines = found.slice(0, limit).map((line) => ({ ...line, act: line.act as LogAct }));
      return { group, lines, more: found.length > limit };
    });
  }
}
