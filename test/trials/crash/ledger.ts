import { expect } from 'vitest';
import { limits } from '../../../src/protocol/limits.ts';
import {
  formatRanges,
  isRead,
  type NumberRange,
  parseRanges,
} from '../../../src/protocol/marks.ts';
import type { Client } from '../../../src/storage/sqlite/file/connection.ts';
import { healthChecks, problemsOf } from '../../../src/storage/sqlite/file/health.ts';
import { isOfWards, isWardChange, type WardChange, Wards, wardRefusals } from './wards.ts';

interface InGroup {
  readonly group: string;
}

/** What is posted; its subject is its own. */
export interface Post extends InGroup {
  readonly subject: string;
  readonly content: string;
  readonly key: string;
  readonly replyTo?: number;
}

/** A new content for a message that its sender has posted. */
interface Edit extends InGroup {
  readonly number: number;
  readonly content: string;
}

/** A message of its own that a user deletes. */
interface Deletion extends InGroup {
  readonly number: number;
}

interface Mark extends InGroup {
  readonly ranges: [number, number][];
}

/** What a trial asks the board to change. */
export type Change =
  | { method: 'message.post'; params: Post }
  | { method: 'message.edit'; params: Edit }
  | { method: 'message.delete'; params: Deletion }
  | { method: 'message.markRead'; params: Mark }
  | { method: 'group.join'; params: InGroup }
  | { method: 'group.leave'; params: InGroup };

const refusals: Readonly<Record<Change['method'], readonly string[]>> = {
  // The message that is answered may have been purged.
  'message.post': ['NOT_MEMBER', 'MESSAGE_NOT_FOUND'],
  'message.edit': ['NOT_MEMBER', 'MESSAGE_NOT_FOUND', 'TOO_MANY_EDITS'],
  'message.delete': ['NOT_MEMBER', 'MESSAGE_NOT_FOUND'],
  'message.markRead': ['NOT_MEMBER'],
  'group.join': ['ALREADY_MEMBER'],
  'group.leave': ['NOT_MEMBER'],
};

/** Whether the board may refuse a change with an error. */
export function mayRefuse(change: Change | WardChange, code: string): boolean {
  const allowed = isWardChange(change) ? wardRefusals : refusals[change.method as Change['method']];
  return allowed.includes(code);
}

/** Whether a method changes what the trial checks. */
export function isChange(method: string): boolean {
  return method in refusals || isOfWards(method);
}

/** Takes the answer, or undefined where it was refused. */
export type Answered = (result: object | undefined) => void;

/** A post that was sent. */
export interface Sent {
  readonly user: string;
  readonly post: Post;
  times: number;
  /** What the content may be: after an edit that was never answered, the one or the other. */
  contents: readonly string[];
  /** Once it was acknowledged. */
  number?: number | undefined;
  /** Whether it was deleted, or may have been: the deletion was not answered. */
  deletion?: 'asked' | 'done' | undefined;
  /** Whether it was refused, and so must never be there. */
  refused?: true;
}

/** What is known of a user in a group. A change that was never answered leaves it open. */
interface Standing {
  member: boolean | undefined;
  /** Undefined where it is not known yet. */
  joinedAt: number | undefined;
  /** Numbers that are certainly read, and those that may be. A join leaves open what may be, as it reads all from before. */
  read: { least: ReadonlySet<number>; most: ReadonlySet<number> | undefined };
}

interface MessageRow {
  group: string;
  number: number;
  user: string;
  subject: string;
  content: string;
  key: string;
}

interface MembershipRow {
  group: string;
  user: string;
  joinedAt: number;
  lastRead: number;
  ranges: string;
}

const anyMark: Standing['read'] = { least: new Set(), most: undefined };
// Beyond this length of the ranges, the board may have counted a gap as read.
const longRanges = limits.readRanges - 32;

function numbersOf(ranges: readonly NumberRange[]): number[] {
  return ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at),
  );
}

/** What the board has acknowledged, and what it was asked for and may or may not have done. */
export class Ledger {
  /** All that was sent, by subject. */
  readonly sent = new Map<string, Sent>();
  /** The groups of users. */
  readonly wards = new Wards();
  /** Up to which number of a group the operator's purges have deleted, and may have deleted. */
  private readonly purged = new Map<string, { certain: number; keep: number }>();
  private readonly standings = new Map<string, Standing>();
  private readonly last = new Map<string, number>();

  private standing(user: string, group: string): Standing {
    const key = `${group} ${user}`;
    const known = this.standings.get(key);
    if (known) return known;
    const fresh = { member: false, joinedAt: undefined, read: anyMark };
    this.standings.set(key, fresh);
    return fresh;
  }

  /** Notes what a user asks for, before the board can know of it. What is returned takes the answer. */
  asked(user: string, change: Change | WardChange): Answered {
    if (isWardChange(change)) return this.wards.asked(user, change as WardChange);
    const { method, params } = change as Change;
    switch (method) {
      case 'message.post':
        return this.post(user, params);
      case 'message.edit':
        return this.edit(user, params);
      case 'message.delete':
        return this.delete(user, params);
      case 'message.markRead':
        return this.markRead(this.standing(user, params.group), params.ranges);
      case 'group.join':
        return this.join(this.standing(user, params.group));
      case 'group.leave':
        return this.leave(this.standing(user, params.group));
    }
  }

  private post(user: string, post: Post): Answered {
    const sent = this.sent.get(post.subject) ?? { user, post, times: 0, contents: [post.content] };
    this.sent.set(post.subject, sent);
    sent.times++;
    return (result) => {
      if (result) this.acknowledge(sent, (result as { number: number }).number);
      // One that was sent before, and stored before its user left, is there all the same.
      else if (sent.number === undefined && sent.times === 1) sent.refused = true;
    };
  }

  private edit(user: string, { group, number, content }: Edit): Answered {
    const edited = this.postedBy(user, group, number);
    const before = edited.contents;
    edited.contents = [...before, content];
    return (result) => {
      edited.contents = result ? [content] : before;
    };
  }

  private delete(user: string, { group, number }: Deletion): Answered {
    const deleted = this.postedBy(user, group, number);
    const before = deleted.deletion;
    deleted.deletion = 'asked';
    return (result) => {
      deleted.deletion = result ? 'done' : before;
    };
  }

  private postedBy(user: string, group: string, number: number): Sent {
    const found = [...this.sent.values()].find(
      (sent) => sent.user === user && sent.post.group === group && sent.number === number,
    );
    if (!found) throw new Error(`${user} has no message ${number} in ${group}`);
    return found;
  }

  private acknowledge(sent: Sent, number: number): void {
    // A post that is sent again under its key gets the same number.
    if (sent.number !== undefined) expect(number).toBe(sent.number);
    sent.number = number;
    const { group } = sent.post;
    this.last.set(group, Math.max(this.lastNumber(group), number));
  }

  private markRead(standing: Standing, ranges: NumberRange[]): Answered {
    const { least, most } = standing.read;
    const asked = numbersOf(ranges);
    standing.read = { least, most: most && new Set([...most, ...asked]) };
    return (result) => {
      const { read } = standing;
      if (result) standing.read = { ...read, least: new Set([...read.least, ...asked]) };
    };
  }

  /** What was known of an earlier membership holds only if the join is refused. */
  private join(standing: Standing): Answered {
    const before = { ...standing };
    Object.assign(standing, { member: undefined, joinedAt: undefined, read: anyMark });
    return (result) => Object.assign(standing, result ? {} : before, { member: true });
  }

  private leave(standing: Standing): Answered {
    standing.member = undefined;
    return () => {
      standing.member = false;
    };
  }

  /** An operator begins to delete all but the newest `keep`; what is returned says that it is done. */
  purging(group: string, keep: number): () => void {
    const { certain, keep: most } = this.purged.get(group) ?? { certain: 0, keep };
    const least = Math.min(most, keep);
    const last = this.lastNumber(group);
    this.purged.set(group, { certain, keep: least });
    return () => {
      // Deleted messages are not among those that are kept.
      const deleted = [...this.sent.values()].filter(
        ({ post, deletion }) => post.group === group && deletion !== undefined,
      );
      const purged = Math.max(certain, last - keep - deleted.length);
      this.purged.set(group, { certain: purged, keep: least });
    };
  }

  /** Whether an operator may have deleted something of a group. */
  maybePurged(group: string): boolean {
    return this.purged.has(group);
  }

  /** The newest number of a group that was acknowledged. */
  lastNumber(group: string): number {
    return this.last.get(group) ?? 0;
  }

  /**
   * Holds a database to it: everything acknowledged is there, once and whole, and nothing else but,
   * whole, what was asked for and not answered.
   */
  check(client: Client): void {
    for (const check of healthChecks) expect(problemsOf(check, client), check.name).toEqual([]);
    this.checkMessages(client);
    this.checkMemberships(client);
    this.wards.check(client);
  }

  private checkMessages(client: Client): void {
    const rows = client.prepare<[], MessageRow>(messagesQuery).all();
    const bySubject = new Map(rows.map((row) => [row.subject, row]));
    expect(bySubject.size).toBe(rows.length);
    for (const { number, ...row } of rows) {
      const sent = this.sentAs(row.subject);
      const { user, post, number: acknowledged, refused, contents, deletion } = sent;
      expect(deletion, row.subject).not.toBe('done');
      expect(row).toEqual({ user, replyTo: null, ...post, content: expect.any(String) });
      expect(contents).toContain(row.content);
      expect(refused).toBeUndefined();
      if (acknowledged !== undefined) expect(number).toBe(acknowledged);
    }
    expect(client.prepare(brokenConversations).all()).toEqual([]);
    const tombstones = tombstonesIn(client);
    const gone = this.mayBeGone(client, [...rows, ...tombstones]);
    const deleted = new Set(tombstones.map(nameOf));
    for (const { post, number, deletion } of this.sent.values()) {
      const { subject, group } = post;
      if (number === undefined || bySubject.has(subject)) continue;
      if (deleted.delete(nameOf({ group, number }))) {
        expect(deletion, `the deletion of ${subject} in ${group}`).toBeDefined();
        continue;
      }
      expect(number, `${subject} in ${group}`).toBeLessThanOrEqual(gone.get(group) ?? 0);
    }
    // Nobody has deleted these.
    expect([...deleted]).toEqual([]);
  }

  /** Up to which number messages may be missing. Of the rest, no number is left out or used twice. */
  private mayBeGone(client: Client, rows: readonly Numbered[]): Map<string, number> {
    const groups = client.prepare<[], { name: string; last: number }>(
      "SELECT name, last_number AS last FROM groups WHERE kind = 'group' AND created_by IS NULL",
    );
    return new Map(
      groups.all().map(({ name, last }) => {
        const numbers = rows
          .filter(({ group }) => group === name)
          .map(({ number }) => number)
          .sort((a, b) => a - b);
        const first = numbers[0] ?? last + 1;
        expect(numbers).toEqual(Array.from({ length: last - first + 1 }, (_, at) => first + at));
        const purge = this.purged.get(name);
        if (!purge) return [name, 0];
        expect(first).toBeGreaterThan(purge.certain);
        return [name, Math.max(0, last - purge.keep)];
      }),
    );
  }

  private checkMemberships(client: Client): void {
    const members = this.membersIn(client);
    const messages = client.prepare<[], MessageRow>(messagesQuery).all();
    for (const [key, standing] of this.standings) {
      const row = members.get(key);
      if (standing.member !== undefined) expect(row !== undefined, key).toBe(standing.member);
      if (!row) continue;
      if (standing.joinedAt !== undefined) expect(row.joinedAt, key).toBe(standing.joinedAt);
      // No reply contains this time. It does not change while the user is certainly a member.
      if (standing.member) standing.joinedAt = row.joinedAt;
      const marks = { lastRead: row.lastRead, ranges: parseRanges(row.ranges) ?? [] };
      expect(formatRanges(marks.ranges), key).toBe(row.ranges);
      for (const { group, number, user } of messages) {
        if (group !== row.group) continue;
        const { least, most } = standing.read;
        const isMarked = isRead(marks, number);
        if (least.has(number)) expect(isMarked, `${key} ${number}`).toBe(true);
        // Own messages are read with those next to them.
        if (!isMarked || !most || user === row.user || row.ranges.length > longRanges) continue;
        expect(most.has(number), `${key} ${number}`).toBe(true);
      }
    }
  }

  /** What was asked for and not answered is as this database has it, from here on. */
  settle(client: Client): void {
    this.wards.settle(client);
    const deleted = new Set(tombstonesIn(client).map(nameOf));
    for (const sent of this.sent.values()) {
      if (sent.deletion !== 'asked' || sent.number === undefined) continue;
      const { number, post } = sent;
      const isDeleted = deleted.has(nameOf({ group: post.group, number }));
      sent.deletion = isDeleted ? 'done' : undefined;
    }
    const members = this.membersIn(client);
    for (const [key, standing] of this.standings) {
      const row = members.get(key);
      standing.member = row !== undefined;
      if (!row) continue;
      standing.joinedAt = row.joinedAt;
      const marks = { lastRead: row.lastRead, ranges: parseRanges(row.ranges) ?? [] };
      const read = new Set(numbersOf([[1, marks.lastRead], ...marks.ranges]));
      standing.read = { least: read, most: read };
    }
  }

  private membersIn(client: Client): Map<string, MembershipRow> {
    const rows = client.prepare<[], MembershipRow>(membershipsQuery).all();
    for (const { group, user } of rows) this.standing(user, group);
    return new Map(rows.map((row) => [`${row.group} ${row.user}`, row]));
  }

  private sentAs(subject: string): Sent {
    const found = this.sent.get(subject);
    if (!found) throw new Error(`nobody has sent ${subject}`);
    return found;
  }
}

interface Numbered extends InGroup {
  readonly number: number;
}

function nameOf({ group, number }: Numbered): string {
  return `${group} ${number}`;
}

/** The deleted messages. Nothing of them may be left but their numbers. */
function tombstonesIn(client: Client): Numbered[] {
  const rows = client.prepare<[], Numbered & { rest: string }>(tombstonesQuery).all();
  return rows.map(({ rest, ...numbered }) => {
    expect(rest, nameOf(numbered)).toBe('');
    return numbered;
  });
}

/** How a user who has written a message, or has deleted it, calls its group. */
const groupFor = (user: string) => `iif(kind = 'group', groups.name, '@' || (
  SELECT them.name FROM memberships JOIN users AS them ON them.id = user_id
  WHERE memberships.group_id = groups.id AND user_id <> ${user}))`;

/** The groups of users are checked in `wards.ts`. A direct conversation has a maker too. */
const notOfUsers = "(kind = 'direct' OR created_by IS NULL)";

const tombstonesQuery = `
  SELECT ${groupFor('deleted_by')} AS "group", number,
    subject || content || coalesce(sender_id, '') || coalesce(post_key, '') || coalesce((
      SELECT group_concat(revisions.content) FROM revisions
      WHERE revisions.group_id = messages.group_id AND revisions.number = messages.number), '') AS rest
  FROM messages JOIN groups ON groups.id = group_id
  WHERE deleted_at IS NOT NULL AND ${notOfUsers}`;

const messagesQuery = `
  SELECT ${groupFor('sender_id')} AS "group",
    number, users.name AS user, subject, content, post_key AS key,
    reply_to AS replyTo
  FROM messages JOIN groups ON groups.id = group_id JOIN users ON users.id = sender_id
  WHERE ${notOfUsers} ORDER BY group_id, number`;

const membershipsQuery = `
  SELECT groups.name AS "group", users.name AS user, joined_at AS joinedAt,
    last_read_number AS lastRead, read_ranges AS ranges
  FROM memberships JOIN groups ON groups.id = group_id JOIN users ON users.id = user_id
  WHERE kind = 'group' AND created_by IS NULL`;

/** The direct conversations in which a number is missing or used twice: a deleted message keeps its number. */
const brokenConversations = `
  SELECT last_number, group_concat(number) AS numbers
  FROM groups LEFT JOIN messages ON group_id = groups.id WHERE kind = 'direct'
  GROUP BY groups.id HAVING count(DISTINCT number) <> last_number OR count(number) <> last_number`;
