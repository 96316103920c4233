import type { BoardClient } from '../../client/board-client.ts';
import { isDirectName } from '../../protocol/direct.ts';
import { boardError } from '../../protocol/errors.ts';
import { may } from '../../protocol/rights.ts';
import type { Membership, Notice } from '../../protocol/schemas.ts';
import { parseTime, toSeconds } from '../../protocol/time.ts';

// Closed threads that are known: several times as many as an index has. The board refuses a reply in any other.
const mostClosed = 2000;

interface PermissionsOptions {
  readonly board: BoardClient;
  /** Called when the user may do more or less than before. */
  readonly changed: () => void;
}

/** What is known of a group besides the membership. */
interface Known {
  /** When a silence ends, as the protocol writes times. */
  silencedUntil: string | undefined;
}

/**
 * Why the user cannot write somewhere, as far as it is known here: by the membership, by `group.show` once for each group, and
 * by notices. So a refusal comes before the user has written a text, and not after. The board decides in any case.
 */
export class Permissions {
  private readonly groups = new Map<number, Known>();
  /** Threads that are closed, as far as they were listed. */
  private readonly closed = new Set<string>();

  constructor(private readonly options: PermissionsOptions) {}

  /** Why no thread can be begun in a group, or no message written in a direct conversation. */
  refusalOfThread(group: number): string | undefined {
    const member = this.member(group);
    if (!member) return notMember;
    if (member.posting === 'moderators' && !may(member.role, 'begin threads')) {
      return `Only moderators of ${member.group} can begin threads.`;
    }
    return this.refusalOfSilenced(member);
  }

  /** Why the user cannot reply in a thread. */
  refusalOfReply(group: number, thread: number): string | undefined {
    const member = this.member(group);
    if (!member) return notMember;
    const mayReply = may(member.role, 'reply');
    if (member.replying === 'moderators' && !mayReply) {
      return `Only moderators of ${member.group} can reply.`;
    }
    if (this.isClosed(group, thread) && !mayReply) {
      return boardError('THREAD_CLOSED', thread, member.group).message;
    }
    return this.refusalOfSilenced(member);
  }

  /** @param senderId the sender of the message */
  refusalOfEdit(group: number, number: number, senderId: number | null): string | undefined {
    const member = this.member(group);
    if (!member) return notMember;
    if (senderId !== this.options.board.userId) {
      return boardError('NOT_AUTHOR', number, member.group).message;
    }
    return this.refusalOfSilenced(member);
  }

  /** @param senderId the sender of the message. Undefined: not known yet */
  refusalOfDelete(
    group: number,
    number: number,
    senderId: number | null | undefined,
  ): string | undefined {
    const member = this.member(group);
    if (!member) return notMember;
    const isOwn = senderId === undefined || senderId === this.options.board.userId;
    if (isOwn || may(member.role, 'delete messages of others')) return undefined;
    return boardError('NOT_AUTHOR', number, member.group).message;
  }

  /** Asks the board, once for each group, what only it knows. */
  learn(group: number): void {
    const { board, changed } = this.options;
    const member = this.member(group);
    if (!member || this.groups.has(group) || isDirectName(member.group) || !board.connected) return;
    const known: Known = { silencedUntil: undefined };
    this.groups.set(group, known);
    board.call('group.show', { group }).then(
      ({ silencedUntil }) => {
        known.silencedUntil ??= silencedUntil;
        changed();
      },
      (error) => {
        this.groups.delete(group);
        // The board refuses what the user then writes there, and says why.
        if (!(error instanceof Error)) throw error;
      },
    );
  }

  /** The board has listed threads. */
  listed(
    group: number,
    threads: readonly { thread: number; closed?: boolean | undefined }[],
  ): void {
    for (const { thread, closed = false } of threads) this.setClosed(group, thread, closed);
  }

  /** The connection is back: what was known may have changed. */
  forget(): void {
    this.groups.clear();
    this.closed.clear();
  }

  isClosed(group: number, thread: number): boolean {
    return this.closed.has(`${group}#${thread}`);
  }

  take({ method, params }: Notice): void {
    if (method !== 'group.logged') return;
    const { groupId, line } = params;
    const known = this.groups.get(groupId);
    const { act, number = 0 } = line;
    if (act === 'close' || act === 'reopen') this.setClosed(groupId, number, act === 'close');
    if (!known || line.user !== this.options.board.user) return;
    if (act === 'silence') known.silencedUntil = line.until;
    if (act === 'unsilence') known.silencedUntil = undefined;
  }

  private setClosed(group: number, thread: number, isClosed: boolean): void {
    const key = `${group}#${thread}`;
    this.closed.delete(key);
    if (!isClosed) return;
    this.closed.add(key);
    if (this.closed.size <= mostClosed) return;
    const [oldest = ''] = this.closed;
    this.closed.delete(oldest);
  }

  private member(group: number): Membership | undefined {
    return this.options.board.memberships.find(({ id }) => id === group);
  }

  private refusalOfSilenced({ id, group }: Membership): string | undefined {
    const until = this.groups.get(id)?.silencedUntil;
    if (until === undefined || parseTime(until) / 1000 <= Date.now()) return undefined;
    return boardError('SILENCED', group, toSeconds(until)).message;
  }
}

const notMember = 'You are not in this group any more.';
