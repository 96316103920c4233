import type { Actor } from '../../../board/ports/actor.ts';
import type { Group, GroupRef, Proof } from '../../../board/types.ts';
import { isDirectName } from '../../../protocol/direct.ts';
import { milestoneOf } from '../milestones.ts';
import type { Statements } from '../statements/statements.ts';
import { type MemberAccess, requireMember, requireNotSilenced } from './access.ts';
import { changeCounts } from './counts.ts';
import { requireMayWrite } from './peers.ts';

// How many memberships are remembered. It limits memory: each takes some 200 bytes.
const maxMemberships = 10_000;

/** The next numbers of one group, and how many posts have taken one that its counts do not include yet. */
class Numbering {
  private added = 0;

  constructor(
    private readonly group: number,
    private lastNumber: number,
  ) {}

  get isCounted(): boolean {
    return this.added === 0;
  }

  get next(): number {
    return this.lastNumber + 1;
  }

  take(count: number): void {
    this.added += count;
    this.lastNumber += count;
  }

  write(statements: Statements): void {
    const { group, lastNumber, added } = this;
    this.added = 0;
    changeCounts(statements, group, { messages: added, lastNumber });
  }
}

/** The columns of a message that is no reply and mentions nobody. */
export type MessageRow = {
  readonly group: number;
  readonly number: number;
  readonly user: number;
  readonly at: number;
  readonly subject: string;
  readonly content: string;
  readonly key: string | null;
  /** See `milestoneOf`. */
  readonly milestone: 1 | null;
};

/**
 * The number and time of the first of several messages of a user in a group. The number and the time of each further
 * message are larger by one.
 */
interface RunStart {
  readonly group: number;
  readonly user: number;
  readonly number: number;
  readonly at: number;
}

// How many values `statements.addMessages` binds for each message.
const width = 7;

/** Where a user posts. The name of a direct conversation depends on the user, and its numbers do not. */
export interface PostPlace {
  readonly group: Group;
  readonly numbering: Numbering;
  /** The rules of the group and the role of the user decide what the user may post. */
  readonly access: MemberAccess;
}

/** The groups in which a user was found to be a member, by sessions with the same proof. */
interface Memberships {
  readonly proof: Proof;
  readonly places: Map<string | number, PostPlace>;
}

/**
 * State that consecutive posts share, within a transaction and from one to the next. As long as nothing else is
 * written, a membership that was found for one post exists for the next too, and the next number of a group is
 * known. The counts of a group are written once in a transaction, by `flush`.
 */
export class PostRun {
  private readonly numberings = new Map<number, Numbering>();
  private readonly memberships = new Map<number, Memberships>();
  /** How many groups all of `memberships` have. */
  private known = 0;
  /** Users who have begun as many direct conversations as they can have. */
  private readonly atDirectLimit = new Set<number>();
  /** The numberings that have counts to write. */
  private changed: Numbering[] = [];
  /**
   * The values of messages that are not inserted yet, `width` for each: those before `filled`. They have the order of
   * `addMessages`. SQLite has read them when an insert returns, so one array serves all inserts.
   */
  private readonly values: (string | number | null)[] = [];
  private filled = 0;
  private version: number | undefined;

  constructor(private readonly statements: Statements) {}

  /**
   * To be called at the beginning of each transaction. It forgets everything if another connection has written.
   * @param version `PRAGMA data_version`, read inside the transaction
   */
  begin(version: number | undefined): void {
    if (version !== this.version || this.known > maxMemberships) this.drop();
    this.version = version;
  }

  /**
   * @param now as in `Tx`
   * @throws BoardError `GROUP_NOT_FOUND`, `NOT_MEMBER`, `SILENCED`, what `requireMayWrite` throws for a direct conversation, and what
   * `requireActiveSession` throws
   */
  placeFor(actor: Actor, ref: GroupRef, now: number): PostPlace {
    const user = actor.user.id;
    const { proof } = actor;
    const key = 'id' in ref ? ref.id : ref.key;
    const before = this.memberships.get(user);
    const known = before && isSame(before.proof, proof) ? before : undefined;
    const found = known?.places.get(key);
    if (found) return found;
    const access = requireMember(this.statements, actor, ref);
    const { group, lastNumber } = access;
    // A silence ends by itself, so a silenced user is looked up again at each post.
    requireNotSilenced(access, now);
    if (isDirectName(group.name)) requireMayWrite(this.statements, actor, group);
    const numbering = this.numberings.get(group.id) ?? new Numbering(group.id, lastNumber);
    const place = { group, numbering, access };
    this.numberings.set(group.id, numbering);
    const own = known ?? { proof, places: new Map<string | number, PostPlace>() };
    own.places.set(key, place);
    this.memberships.set(user, own);
    this.known++;
    return place;
  }

  /** Takes the numbers of `count` new messages, from `numbering.next` on. Their group is counted by `flush`. */
  takeNumbers(numbering: Numbering, count: number): void {
    if (numbering.isCounted) this.changed.push(numbering);
    numbering.take(count);
  }

  /** Whether a user is known to have begun as many direct conversations as a user can have. */
  isAtDirectLimit(user: number): boolean {
    return this.atDirectLimit.has(user);
  }

  /** Notes that a user has begun as many direct conversations as a user can have, until another act may change that. */
  noteDirectLimit(user: number): void {
    this.atDirectLimit.add(user);
  }

  /** To be called if a post takes a conversation from those that the user has begun. */
  forgetDirectLimit(user: number): void {
    this.atDirectLimit.delete(user);
  }

  /** Adds a message, which is inserted together with the next ones if it has no key. */
  add(row: MessageRow): void {
    const { group, number, user, at, subject, content, key } = row;
    if (key === null) this.addRun({ group, user, number, at }, [subject], [content]);
    else {
      this.insert();
      this.statements.addMessage.run(row);
    }
  }

  /** Adds messages without keys: those with the texts from `from` on, before `to`. */
  addRun(
    { group, user, number, at }: RunStart,
    subjects: readonly string[],
    contents: readonly string[],
    from = 0,
    to = subjects.length,
  ): void {
    const { values } = this;
    const { addMessages } = this.statements;
    const full = addMessages.rows * width;
    for (let index = from; index < to; index++) {
      const after = index - from;
      values[this.filled++] = group;
      values[this.filled++] = number + after;
      values[this.filled++] = user;
      values[this.filled++] = at + after;
      values[this.filled++] = subjects[index] as string;
      values[this.filled++] = contents[index] as string;
      values[this.filled++] = milestoneOf(number + after);
      if (this.filled < full) continue;
      addMessages.insert(values);
      this.filled = 0;
    }
  }

  /** Inserts the messages that were added. Call it before any other statement. */
  insert(): void {
    const { values, filled } = this;
    if (filled === 0) return;
    const { addFewMessages, addPlainMessage } = this.statements;
    for (let at = 0; at < filled; ) {
      const fits = filled - at >= addFewMessages.rows * width;
      const { insert, rows } = fits ? addFewMessages : addPlainMessage;
      insert(values.slice(at, at + rows * width));
      at += rows * width;
    }
    this.filled = 0;
  }

  /** Inserts the messages, and writes the counts of their groups. Call it before the commit. */
  flush(): void {
    this.insert();
    for (const numbering of this.changed) numbering.write(this.statements);
    this.changed = [];
  }

  /** Like `flush`, and forgets everything. Call it before any other act. */
  end(): void {
    this.flush();
    this.drop();
  }

  /** Forgets everything. Call it after a rollback. */
  drop(): void {
    this.numberings.clear();
    this.memberships.clear();
    this.atDirectLimit.clear();
    this.known = 0;
    this.changed = [];
    this.filled = 0;
  }
}

function isSame(one: Proof, other: Proof): boolean {
  return (
    one.passwordHash === other.passwordHash &&
    one.key === other.key &&
    one.isProtected === other.isProtected
  );
}
