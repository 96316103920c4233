import type { Access as Kind, Policy } from '../../../../src/protocol/rights.ts';
import { firstGroups } from '../../../../src/storage/sqlite/file/open.ts';
import type { Access } from './access.ts';
import { type Answer, type Refusal, type Result, refusal } from './answer.ts';
import { Charter } from './charter.ts';
import type { Curation } from './curation.ts';
import type { GroupLog } from './group-log.ts';
import type { Invitations } from './invitations.ts';
import type { Messages } from './messages.ts';
import { isDirect } from './names.ts';
import type { Reading } from './reading.ts';
import type { Roles } from './roles.ts';

/** What an owner or the operator changes about a group. */
export interface Change {
  readonly name?: string;
  readonly description?: string;
  readonly about?: string;
  readonly access?: Kind;
  readonly posting?: Policy;
  readonly replying?: Policy;
}

/** What the methods about groups and memberships have to answer. */
export class Groups {
  private made = 0;

  constructor(
    private readonly access: Access,
    private readonly messages: Messages,
    private readonly reading: Reading,
    private readonly roles: Roles,
    private readonly invitations: Invitations,
    private readonly curation: Curation,
    private readonly log: GroupLog,
  ) {}

  /** Why a user may not make a group of this name. */
  refusesToMake(user: string, name: string, kind: Kind): Refusal | undefined {
    if (!this.access.protectedUsers.has(user)) {
      return refusal('NAME_UNPROTECTED', null, 'Only protected names can own a group');
    }
    return this.refusesName(user, name, kind);
  }

  private refusesName(user: string, name: string, kind: Kind, except?: string) {
    const refused = this.access.refusesNamesake(user, name, except);
    if (refused) return refused;
    const isTaken = kind !== 'secret' && this.isListed(name, except);
    return isTaken ? refusal('GROUP_EXISTS', name) : undefined;
  }

  make(
    user: string,
    name: string,
    kind: Kind,
  ): { readonly key: string; readonly id: number; readonly answer: Answer } {
    const { access } = this;
    // Groups and conversations are counted together.
    const id = firstGroups.length + access.model.begun + 1;
    const key = `made${++this.made}`;
    access.begin(key, name, new Charter('', false), id);
    access.model.begin(key, [user]);
    const charter = access.charter(key);
    charter.access = kind;
    charter.staff.set(user, { role: 'owner', since: access.model.turn });
    this.log.add(key, { act: 'create', by: access.names.of(user) });
    return { key, id, answer: { result: { group: name, role: 'owner', ...access.rules(key) } } };
  }

  edit(user: string, key: string, change: Change): Answer {
    const { access } = this;
    return access.in(user, key, () => {
      const refused =
        this.roles.refuses(user, key, 'change the group') ?? this.refusesChange(user, key, change);
      if (refused) return refused;
      this.change(key, change, access.names.of(user));
      return { group: access.names.of(key) };
    });
  }

  /** Why the operator may not change a group. */
  refusesOperatorsChange(key: string, change: Change): Refusal | undefined {
    const { access } = this;
    const name = access.names.of(key);
    const { access: kind = access.charter(key).access } = change;
    if (key === 'main' && kind !== 'open') return refusal('GROUP_PROTECTED', name);
    const isListedAnew = access.isSecret(key) && kind !== 'secret';
    return isListedAnew && this.isListed(name, key) ? refusal('GROUP_EXISTS', name) : undefined;
  }

  private isListed(name: string, except?: string): boolean {
    const { access } = this;
    return access
      .groups()
      .some((key) => key !== except && access.names.of(key) === name && !access.isSecret(key));
  }

  private refusesChange(user: string, key: string, change: Change): Refusal | undefined {
    const charter = this.access.charter(key);
    const was = this.access.names.of(key);
    const { name = was, access = charter.access } = change;
    if (key === 'main' && (name !== was || access !== 'open'))
      return refusal('GROUP_PROTECTED', was);
    const isListedAnew = charter.access === 'secret' && access !== 'secret';
    if (name === was && !isListedAnew) return undefined;
    return this.refusesName(user, name, access, key);
  }

  /** @param by null for the operator */
  change(key: string, change: Change, by: string | null): void {
    const { access } = this;
    const charter = access.charter(key);
    const was = access.names.of(key);
    const { name = was } = change;
    const changed: string[] = name === was ? [] : ['name'];
    const details: string[] = [];
    for (const field of ['description', 'about', 'access', 'posting', 'replying'] as const) {
      const value = change[field];
      if (value === undefined || value === charter[field]) continue;
      changed.push(field);
      const isText = field === 'description' || field === 'about';
      details.push(isText ? field : `${field}: ${value}`);
      Object.assign(charter, { [field]: value });
    }
    if (changed.length === 0) return;
    access.names.set(key, name);
    const { description } = charter;
    const params = {
      ...{ was, description, changed, ...access.rules(key) },
      ...(by !== null && { by }),
    };
    const to = [...access.model.group(key).members.keys()];
    this.log.tell({ key, method: 'group.changed', params, to, isForAll: by === null });
    if (name !== was) this.log.add(key, { act: 'rename', by, detail: `${was} to ${name}` });
    if (details.length > 0) this.log.add(key, { act: 'edit', by, detail: details.join(', ') });
  }

  delete(user: string, key: string): Answer {
    return this.access.in(user, key, () => {
      const refused = this.roles.refuses(user, key, 'delete the group');
      if (refused) return refused;
      if (key === 'main') return refusal('GROUP_PROTECTED', key);
      this.end(key, this.access.names.of(user));
      return {};
    });
  }

  /** The group is deleted. @param by null for the operator */
  end(key: string, by: string | null): void {
    const { model } = this.access;
    const to = [...model.group(key).members.keys()];
    this.log.tell({ key, method: 'group.removed', params: { ...(by !== null && { by }) }, to });
    model.remove(key);
  }

  show(user: string, key: string): Answer {
    const { access } = this;
    const refused = access.refusesToKnow(user, key);
    if (refused) return refused;
    const { names } = access;
    const { description, about, silenced } = access.charter(key);
    const isMember = access.isIn(user, key);
    const isHidden = access.isSecret(key) && !isMember;
    const owner = this.roles.ownerOf(key);
    const result = {
      ...{ group: names.of(key), description, about, ...access.rules(key) },
      members: isHidden ? 0 : access.model.group(key).members.size,
      ...{ joined: isMember, role: access.role(user, key), invited: access.isInvited(user, key) },
      ...(owner !== undefined && !isHidden && { owner: names.of(owner) }),
      moderators: isHidden
        ? []
        : this.roles
            .moderatorsOf(key)
            .map((each) => names.of(each))
            .sort(),
      pins: this.curation.pins(user, key).map((message) => access.header(message)),
      ...(silenced.has(user) && { silencedUntil: 'then' }),
    };
    return { result };
  }

  /** @param key the group that is meant: see `Invitations.byCode` */
  join(user: string, key: string, code: string | undefined): Answer {
    const { access } = this;
    const hasCode = code !== undefined && this.invitations.opens(key, code);
    const unknown = hasCode ? undefined : access.refusesToKnow(user, key);
    if (unknown) return unknown;
    const name = access.names.ofGroup(user, key);
    if (access.isIn(user, key)) return refusal('ALREADY_MEMBER', name);
    const refused = this.invitations.refusesToJoin(user, key, code);
    if (refused) return refused;
    access.model.join(user, key);
    this.invitations.accept(user, key);
    const { messages } = this.messages.page(user, key, { limit: 2 });
    const rules = access.rules(key);
    return { result: { group: name, ...rules, ...this.membersOf(key), messages } };
  }

  leave(user: string, key: string): Answer {
    const { access } = this;
    if (isDirect(key)) return access.in(user, key, () => ({}));
    return access.in(user, key, () => {
      const settle = this.roles.end(key, user);
      access.model.leave(user, key);
      return settle();
    });
  }

  members(user: string, key: string): Answer {
    return this.access.in(user, key, () => this.membersOf(key));
  }

  private membersOf(key: string): Result {
    const { model, names } = this.access;
    const members = [...model.group(key).members.keys()].map((each) => names.of(each)).sort();
    return { members, total: members.length };
  }

  list(user: string): Answer {
    const { access } = this;
    const { model, names } = access;
    const known = access.groups().filter((key) => access.knows(user, key));
    const groups = known.map((key) => {
      const group = model.group(key);
      const joined = group.members.has(user);
      const isHidden = access.isSecret(key) && !joined;
      const { description } = access.charter(key);
      return {
        ...{ name: names.of(key), description, members: isHidden ? 0 : group.members.size },
        ...{ messages: isHidden ? 0 : group.lastNumber, joined },
        ...access.rules(key),
        ...{ role: access.role(user, key), invited: access.isInvited(user, key) },
        ...this.reading.counts(user, key),
      };
    });
    return { result: { groups } };
  }

  directs(user: string): Answer {
    const keys = this.access.groupsOf(user).filter(isDirect);
    return { result: { conversations: keys.map((key) => this.membership(user, key)) } };
  }

  membership(user: string, key: string): Result {
    return {
      ...{ group: this.access.names.ofGroup(user, key), role: this.access.role(user, key) },
      ...this.access.rules(key),
      ...this.reading.counts(user, key),
    };
  }

  /** What a login tells of memberships, invitations and reports. */
  welcome(user: string): Result {
    const { access } = this;
    const own = access.groupsOf(user);
    const invitations = this.invitations.received(user).map(({ group }) => ({ group }));
    const reports = own
      .filter((key) => access.role(user, key) !== 'member')
      .map((key) => ({
        group: access.names.of(key),
        open: this.curation.openReports(user, key).length,
      }))
      .filter(({ open }) => open > 0);
    return {
      memberships: own.map((key) => this.membership(user, key)),
      ...(invitations.length > 0 && { invitations }),
      ...(reports.length > 0 && { reports }),
    };
  }
}
