import { expect } from 'vitest';
import type { Access, Policy, Role } from '../../../src/protocol/rights.ts';
import type { Client } from '../../../src/storage/sqlite/file/connection.ts';

/** What a group made by a user holds, in an order of its own in each list. */
export interface Ward {
  access: Access;
  description: string;
  posting: Policy;
  /** The names of the members, with their roles. */
  members: Record<string, Role>;
  notify: Record<string, string>;
  /** The reasons, by name. */
  barred: Record<string, string>;
  silenced: Record<string, string>;
  invited: string[];
  /** The one code of the group, with its maker and how many can still join by it. */
  code: { by: string; uses: number } | null;
  closed: number[];
  pinned: number[];
  /** The reasons, by `number user`. */
  reports: Record<string, string>;
  /** `user thread` */
  mutedThreads: string[];
  /** The senders of messages 1, 2 and so on; null for a deleted one. */
  senders: (string | null)[];
  /** Who did what, as `act|by|user|number|detail`, the oldest first. */
  log: string[];
}

/** Everything that the trial asks about groups of users, and mutes. */
export interface WardState {
  readonly wards: Record<string, Ward>;
  /** `user other` */
  mutedUsers: string[];
}

export interface WardChange {
  readonly method: string;
  readonly params: {
    readonly [param: string]: unknown;
    readonly group?: string;
    readonly name?: string;
    readonly user?: string;
    readonly number?: number;
    readonly thread?: number;
    readonly reason?: string;
  };
}

const nameOfWard = /^ward-/;
const ofWards = [
  'group.create',
  'group.edit',
  'group.delete',
  'group.invite',
  'invitation.revoke',
  'group.remove',
  'group.bar',
  'group.unbar',
  'group.silence',
  'group.unsilence',
  'group.setRole',
  'thread.close',
  'thread.reopen',
  'message.pin',
  'message.unpin',
  'message.report',
  'report.close',
  'membership.set',
  'thread.mute',
  'thread.unmute',
  'user.mute',
  'user.unmute',
];

/** Whether a method changes groups of users only. */
export function isOfWards(method: string): boolean {
  return ofWards.includes(method);
}

export function isWardChange({ method, params }: { method: string; params: object }): boolean {
  const { group = '' } = params as { group?: unknown };
  return isOfWards(method) || (typeof group === 'string' && nameOfWard.test(group));
}

/** The errors with which a board may refuse a change of a ward. Nothing is changed then. */
export const wardRefusals: readonly string[] = [
  'ALREADY_MEMBER',
  'BARRED',
  'FORBIDDEN',
  'GROUP_LIMIT',
  'GROUP_NOT_FOUND',
  'INVITATION_INVALID',
  'INVITATION_NEEDED',
  'MESSAGE_NOT_FOUND',
  'NAME_UNPROTECTED',
  'NOT_AUTHOR',
  'NOT_MEMBER',
  'PINS_FULL',
  'REPORT_LIMIT',
  'SILENCED',
  'THREAD_CLOSED',
];

/**
 * What the groups of users have to be on a board. One change is asked for at a time, so a board that lost the last answer
 * has what was there before it, or what is there after it, and no part of it.
 */
export class Wards {
  /** What the board may hold. There is more than one while an answer is missing. */
  private states: readonly WardState[] = [{ wards: {}, mutedUsers: [] }];
  /** The last code of each ward. */
  readonly codes = new Map<string, string>();
  private last: Promise<unknown> = Promise.resolve();

  /** What the board holds, as far as is known. */
  get state(): WardState {
    return this.states[0] as WardState;
  }

  /** Lets users work one after the other. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => {});
    return done;
  }

  asked(user: string, change: WardChange): (result: object | undefined) => void {
    const before = this.states;
    const after = before.map((state) => applied(state, user, change));
    this.states = unique([...before, ...after]);
    return (result) => {
      this.states = result ? after : before;
      const { code } = (result ?? {}) as { code?: string };
      if (code !== undefined) this.codes.set(change.params.group ?? '', code);
    };
  }

  check(client: Client): void {
    const found = sorted(stored(client));
    const known = this.states.map(sorted);
    const isKnown = known.some((state) => JSON.stringify(state) === JSON.stringify(found));
    if (!isKnown) expect(found).toEqual(known.at(-1));
    // The rest is deleted in steps.
    const isRemoved = "group_id IN (SELECT id FROM groups WHERE kind = 'removed')";
    for (const rows of [
      `invitations WHERE ${isRemoved}`,
      `memberships WHERE role <> 'member' AND ${isRemoved}`,
    ]) {
      expect(client.prepare(`SELECT count(*) FROM ${rows}`).pluck().get(), rows).toBe(0);
    }
  }

  settle(client: Client): void {
    this.states = [stored(client)];
  }
}

/** What a board holds after a change. The state that is given stays as it is. */
function applied(before: WardState, by: string, { method, params }: WardChange): WardState {
  const state = structuredClone(before);
  const { group = '', name = '', user = '', number = 0, thread = 0, reason = '' } = params;
  if (method === 'group.create') {
    state.wards[name] = { ...newWard(params.access as Access), members: { [by]: 'owner' } };
    state.wards[name].notify[by] = 'all';
    log(state.wards[name], { act: 'create', by });
    return state;
  }
  if (method === 'user.mute') state.mutedUsers = withOne(state.mutedUsers, `${by} ${user}`);
  if (method === 'user.unmute') state.mutedUsers = without(state.mutedUsers, `${by} ${user}`);
  const ward = state.wards[group];
  if (!ward) return state;
  switch (method) {
    case 'group.delete':
      delete state.wards[group];
      break;
    case 'group.edit':
      edit(ward, by, params);
      break;
    case 'group.invite':
      if (user === '') {
        ward.code = { by, uses: params.uses as number };
        log(ward, { act: 'code', by });
      } else if (!ward.invited.includes(user)) {
        ward.invited.push(user);
        log(ward, { act: 'invite', by, user });
      }
      break;
    case 'invitation.revoke':
      if (user === '' && ward.code) {
        ward.code = null;
        log(ward, { act: 'revoke', by });
      } else if (ward.invited.includes(user)) {
        ward.invited = without(ward.invited, user);
        log(ward, { act: 'revoke', by, user });
      }
      break;
    case 'group.join':
      join(ward, by);
      break;
    case 'group.leave':
      end(ward, by);
      break;
    case 'group.remove':
    case 'group.bar':
      if (method === 'group.bar') {
        ward.barred[user] = reason;
        ward.invited = without(ward.invited, user);
      }
      end(ward, user, () =>
        log(ward, { act: method.slice('group.'.length), by, user, detail: reason }),
      );
      break;
    case 'group.silence':
      ward.silenced[user] = reason;
      log(ward, { act: 'silence', by, user, detail: reason });
      break;
    case 'group.unbar':
    case 'group.unsilence': {
      const restricted = method === 'group.unbar' ? ward.barred : ward.silenced;
      if (user in restricted) log(ward, { act: method.slice('group.'.length), by, user });
      delete restricted[user];
      break;
    }
    case 'group.setRole':
      setRole(ward, by, user, params.role as Role);
      break;
    case 'thread.close':
    case 'thread.reopen':
      if (ward.closed.includes(thread) === (method === 'thread.reopen')) {
        log(ward, { act: method.slice('thread.'.length), by, number: thread });
      }
      ward.closed = (method === 'thread.close' ? withOne : without)(ward.closed, thread);
      break;
    case 'message.pin':
    case 'message.unpin':
      if (ward.pinned.includes(number) === (method === 'message.unpin')) {
        log(ward, { act: method.slice('message.'.length), by, number });
      }
      ward.pinned = (method === 'message.pin' ? withOne : without)(ward.pinned, number);
      break;
    case 'message.report':
      ward.reports[`${number} ${by}`] = reason;
      break;
    case 'report.close':
      closeReports(ward, number);
      break;
    case 'message.post':
      ward.senders.push(by);
      break;
    case 'message.delete':
      if (ward.senders[number - 1] !== by) log(ward, { act: 'delete', by, number, detail: reason });
      ward.senders[number - 1] = null;
      ward.pinned = without(ward.pinned, number);
      closeReports(ward, number);
      break;
    case 'membership.set':
      ward.notify[by] = String(params.notify);
      break;
    case 'thread.mute':
      ward.mutedThreads = withOne(ward.mutedThreads, `${by} ${thread}`);
      break;
    case 'thread.unmute':
      ward.mutedThreads = without(ward.mutedThreads, `${by} ${thread}`);
      break;
  }
  return state;
}

function newWard(access: Access): Ward {
  return {
    access,
    ...{ description: '', posting: 'members', members: {}, notify: {}, barred: {}, silenced: {} },
    ...{ invited: [], code: null, closed: [], pinned: [], reports: {}, mutedThreads: [] },
    ...{ senders: [], log: [] },
  };
}

/** An edit of one field. */
function edit(
  ward: Ward,
  by: string,
  { access, posting, description }: WardChange['params'],
): void {
  const before = JSON.stringify(ward);
  if (access !== undefined) ward.access = access as Access;
  if (posting !== undefined) ward.posting = posting as Policy;
  if (description !== undefined) ward.description = String(description);
  const [detail] = [
    ...(access === undefined ? [] : [`access: ${access}`]),
    ...(posting === undefined ? [] : [`posting: ${posting}`]),
    'description',
  ];
  if (JSON.stringify(ward) !== before) log(ward, { act: 'edit', by, detail });
}

function join(ward: Ward, by: string): void {
  if (ward.access !== 'open' && !ward.invited.includes(by) && ward.code) {
    ward.code = ward.code.uses === 1 ? null : { ...ward.code, uses: ward.code.uses - 1 };
  }
  ward.members[by] = 'member';
  ward.notify[by] = 'all';
  ward.invited = without(ward.invited, by);
}

/** Ends a membership, if there is one. An owner is followed by the moderator, of whom there is at most one. */
function end(ward: Ward, user: string, logged = () => {}): void {
  const role = ward.members[user];
  delete ward.members[user];
  delete ward.notify[user];
  ward.mutedThreads = ward.mutedThreads.filter((muted) => !muted.startsWith(`${user} `));
  if (ward.code?.by === user) ward.code = null;
  logged();
  if (role === 'owner') follow(ward, user);
}

function follow(ward: Ward, last: string): void {
  const heir = Object.keys(ward.members).find(
    (name) => name !== last && ward.members[name] === 'moderator',
  );
  if (heir === undefined) return;
  ward.members[heir] = 'owner';
  log(ward, { act: 'role', user: heir, detail: 'owner' });
}

function setRole(ward: Ward, by: string, user: string, role: Role): void {
  const before = ward.members[user];
  if (before === role || before === undefined) return;
  const owner = Object.keys(ward.members).find((name) => ward.members[name] === 'owner');
  if (role === 'owner' && owner !== undefined) ward.members[owner] = 'moderator';
  ward.members[user] = role;
  if (role === 'member' && ward.code?.by === user) ward.code = null;
  log(ward, { act: 'role', by, user, detail: role });
  if (before === 'owner') follow(ward, user);
}

function closeReports(ward: Ward, number: number): void {
  const left = Object.entries(ward.reports).filter(([key]) => !key.startsWith(`${number} `));
  ward.reports = Object.fromEntries(left);
}

interface Line {
  readonly act: string;
  readonly by?: string;
  readonly user?: string;
  readonly number?: number;
  readonly detail?: string;
}

function log(ward: Ward, { act, by = '', user = '', number, detail = '' }: Line): void {
  ward.log.push([act, by, user, number ?? '', detail].join('|'));
}

function withOne<T>(all: readonly T[], one: T): T[] {
  return [...without(all, one), one];
}

function without<T>(all: readonly T[], one: T): T[] {
  return all.filter((each) => each !== one);
}

function unique(states: readonly WardState[]): WardState[] {
  return [...new Map(states.map((state) => [JSON.stringify(sorted(state)), state])).values()];
}

/** The same with lists and names in order, but for the log and the senders, whose order counts. */
function sorted(state: WardState): unknown {
  const isOrdered = new Set<unknown>(
    Object.values(state.wards).flatMap(({ log, senders }) => [log, senders]),
  );
  const ordered = (value: unknown): unknown => {
    if (Array.isArray(value)) return isOrdered.has(value) ? value : [...value].sort();
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, each]) => [key, ordered(each)]));
  };
  return ordered(state);
}

interface GroupRow {
  id: number;
  name: string;
  key: string;
  access: Access;
  description: string;
  posting: Policy;
}

/** What a database has of all groups that users have made. */
function stored(client: Client): WardState {
  const groups = client
    .prepare<[], GroupRow>(
      `SELECT id, name, name_key AS key, access, description, posting FROM groups
       WHERE kind = 'group' AND created_by IS NOT NULL`,
    )
    .all();
  const wards = groups.map(({ id, name, key, ...group }): [string, Ward] => {
    expect(key).toBe(group.access === 'secret' ? `${name}#${id}` : name);
    const rows = <T>(sql: string) => client.prepare<[number], T>(sql).all(id);
    const pairs = (sql: string) =>
      Object.fromEntries(
        rows<{ key: string; value: string }>(sql).map((row) => [row.key, row.value]),
      );
    const list = <T>(sql: string) => client.prepare(sql).pluck().all(id) as T[];
    const withName = 'JOIN users ON users.id = user_id WHERE group_id = ?';
    const [code = null] = rows<NonNullable<Ward['code']>>(
      `SELECT name AS by, uses FROM invitations JOIN users ON users.id = invited_by
       WHERE group_id = ? AND code_hash IS NOT NULL`,
    );
    const ward = {
      ...newWard(group.access),
      ...group,
      members: pairs(`SELECT name AS key, role AS value FROM memberships ${withName}`),
      notify: pairs(`SELECT name AS key, notify AS value FROM memberships ${withName}`),
      barred: pairs(
        `SELECT name AS key, reason AS value FROM restrictions ${withName} AND kind = 'barred'`,
      ),
      silenced: pairs(
        `SELECT name AS key, reason AS value FROM restrictions ${withName} AND kind = 'silenced'`,
      ),
      invited: list<string>(`SELECT name FROM invitations ${withName}`),
      code,
      closed: list<number>('SELECT thread FROM closed_threads WHERE group_id = ?'),
      pinned: list<number>('SELECT number FROM pins WHERE group_id = ?'),
      reports: pairs(
        `SELECT number || ' ' || name AS key, reason AS value FROM reports ${withName} AND closed_at IS NULL`,
      ),
      mutedThreads: list<string>(`SELECT name || ' ' || thread FROM muted_threads ${withName}`),
      senders: list<string | null>(
        `SELECT name FROM messages LEFT JOIN users ON users.id = sender_id
         WHERE group_id = ? ORDER BY number`,
      ),
      log: list<string>(
        `SELECT act || '|' || coalesce("by", '') || '|' || coalesce(user, '') || '|' || coalesce(number, '')
           || '|' || detail
         FROM group_log WHERE group_id = ? ORDER BY id`,
      ),
    };
    return [name, ward as Ward];
  });
  const mutedUsers = client
    .prepare(
      `SELECT users.name || ' ' || muted.name FROM muted_users
       JOIN users ON users.id = user_id JOIN users AS muted ON muted.id = muted_id`,
    )
    .pluck()
    .all() as string[];
  return { wards: Object.fromEntries(wards), mutedUsers };
}
