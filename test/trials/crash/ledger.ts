import { expect } from 'vitest';
import type { Client } from '../../../src/storage/connection.ts';
import { healthChecks, problemsOf } from '../../../src/storage/health.ts';

/** A post that was sent; its subject is its own. */
export interface Sent {
  readonly user: string;
  readonly group: string;
  readonly subject: string;
  readonly content: string;
  readonly key: string;
  /** Once it was acknowledged. */
  number?: number;
  /** Whether it was refused, and so must never be there. */
  refused?: true;
}

/** What is known of a user in a group. A change that was never answered leaves it open. */
interface Standing {
  member: boolean | undefined;
  /** Undefined where it is not known yet. */
  joinedAt: number | undefined;
  /** The read mark is between the two. */
  read: { least: number; most: number };
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
}

const anyMark = { least: 0, most: Number.MAX_SAFE_INTEGER };

/** What the board has acknowledged, and what it was asked for and may or may not have done. */
export class Ledger {
  /** All that was sent, by subject. */
  readonly sent = new Map<string, Sent>();
  /** Up to which number of a group the operator's purges have deleted, and may have deleted. */
  readonly purged = new Map<string, { certain: number; keep: number }>();
  private readonly standings = new Map<string, Standing>();
  private readonly last = new Map<string, number>();

  standing(user: string, group: string): Standing {
    const key = `${group} ${user}`;
    const known = this.standings.get(key);
    if (known) return known;
    const fresh = { member: false, joinedAt: undefined, read: anyMark };
    this.standings.set(key, fresh);
    return fresh;
  }

  acknowledge(sent: Sent, number: number): void {
    // One that is sent again under its key is told what it was told before.
    if (sent.number !== undefined) expect(number).toBe(sent.number);
    sent.number = number;
    this.last.set(sent.group, Math.max(this.lastNumber(sent.group), number));
  }

  /** The newest number of a group that was acknowledged. */
  lastNumber(group: string): number {
    return this.last.get(group) ?? 0;
  }

  /** Holds a database to it: everything acknowledged is there, once and whole, and nothing else. */
  check(client: Client): void {
    for (const check of healthChecks) expect(problemsOf(check, client), check.name).toEqual([]);
    this.checkMessages(client);
    this.checkMemberships(client);
  }

  private checkMessages(client: Client): void {
    const rows = client.prepare<[], MessageRow>(messagesQuery).all();
    const bySubject = new Map(rows.map((row) => [row.subject, row]));
    expect(bySubject.size).toBe(rows.length);
    for (const { number, ...row } of rows) {
      const { number: acknowledged, refused, ...sent } = this.sentAs(row.subject);
      expect(row).toEqual(sent);
      expect(refused).toBeUndefined();
      if (acknowledged !== undefined) expect(number).toBe(acknowledged);
    }
    const gone = this.mayBeGone(client, rows);
    for (const { subject, group, number } of this.sent.values()) {
      if (number === undefined || bySubject.has(subject)) continue;
      expect(number, `${subject} in ${group}`).toBeLessThanOrEqual(gone.get(group) ?? 0);
    }
  }

  /** Up to which number messages may be missing. Of the rest, no number is left out or used twice. */
  private mayBeGone(client: Client, rows: MessageRow[]): Map<string, number> {
    const groups = client.prepare<[], { name: string; last: number }>(
      'SELECT name, last_number AS last FROM groups',
    );
    return new Map(
      groups.all().map(({ name, last }) => {
        const numbers = rows.filter(({ group }) => group === name).map(({ number }) => number);
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
    const rows = client.prepare<[], MembershipRow>(membershipsQuery).all();
    const members = new Map(rows.map((row) => [`${row.group} ${row.user}`, row]));
    for (const { group, user } of rows) this.standing(user, group);
    for (const [key, standing] of this.standings) {
      const row = members.get(key);
      if (standing.member !== undefined) expect(row !== undefined, key).toBe(standing.member);
      standing.member = row !== undefined;
      if (!row) continue;
      if (standing.joinedAt !== undefined) expect(row.joinedAt, key).toBe(standing.joinedAt);
      expect(row.lastRead, key).toBeGreaterThanOrEqual(standing.read.least);
      expect(row.lastRead, key).toBeLessThanOrEqual(standing.read.most);
      standing.joinedAt = row.joinedAt;
      standing.read = { least: row.lastRead, most: row.lastRead };
    }
  }

  private sentAs(subject: string): Sent {
    const found = this.sent.get(subject);
    if (!found) throw new Error(`nobody has sent ${subject}`);
    return found;
  }

  /** A join was sent: what was known of an earlier membership holds only if it is refused. */
  joining(user: string, group: string): void {
    const standing = this.standing(user, group);
    standing.member = undefined;
    standing.joinedAt = undefined;
    standing.read = anyMark;
  }
}

const messagesQuery = `
  SELECT groups.name AS "group", number, users.name AS user, subject, content, post_key AS key
  FROM messages JOIN groups ON groups.id = group_id JOIN users ON users.id = sender_id
  ORDER BY group_id, number`;

const membershipsQuery = `
  SELECT groups.name AS "group", users.name AS user, joined_at AS joinedAt,
    last_read_number AS lastRead
  FROM memberships JOIN groups ON groups.id = group_id JOIN users ON users.id = user_id`;
