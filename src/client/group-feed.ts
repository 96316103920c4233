import type { Membership } from '../protocol/schemas.ts';
import { ChangeFeed, type ChangeNotice, numberOf } from './change-feed.ts';

/**
 * Which messages of one group were announced, so that after a gap the missed ones are announced, and
 * none twice. Numbers only grow, so the highest announced number is enough. Only posts of this client
 * are kept beside it: their numbers come in replies, which may arrive before older notices.
 */
export class GroupFeed {
  /** Every visible message up to this number was announced, or was posted by this client. */
  private mark: number;
  /** Numbers above the mark that were posted by this client. */
  private readonly own = new Set<number>();
  /** While catching up, the highest known number of the group; infinite if none is known. */
  private target: number | undefined;
  readonly changes: ChangeFeed;

  /** @param announced the number up to which everything counts as announced */
  constructor(
    public membership: Membership,
    announced: number,
  ) {
    this.mark = announced;
    this.changes = new ChangeFeed(membership.change);
  }

  /** Ask for the messages after this number to catch up. Undefined if none is missing. */
  get missedAfter(): number | undefined {
    return this.target !== undefined && this.mark < this.target ? this.mark : undefined;
  }

  /** The session was resumed. Until `goLive`, messages that arrive are not announced but listed. */
  resume(membership: Membership): void {
    const { lastNumber } = membership;
    this.membership = membership;
    // A board that was restored from an older backup gives these numbers to new messages.
    if (lastNumber < this.mark) this.mark = lastNumber;
    for (const number of this.own) if (number > lastNumber) this.own.delete(number);
    // Nothing is announced of a muted group, also not what was posted meanwhile.
    if (membership.notify === 'none') this.mark = lastNumber;
    this.target = lastNumber;
    this.changes.resume(membership.change);
    this.absorb();
  }

  /** As `resume`, for a direct conversation that the answer has left out: its newest number is not known. */
  resumeUnlisted(change: number): void {
    this.target = this.membership.notify === 'none' ? undefined : Number.POSITIVE_INFINITY;
    this.changes.resume(change);
  }

  /** All missed messages were announced. */
  goLive(): void {
    if (this.target !== Number.POSITIVE_INFINITY) this.mark = Math.max(this.mark, this.target ?? 0);
    this.target = undefined;
    this.changes.forgetHeld();
    this.absorb();
  }

  /** Messages up to this number are not announced. */
  skipTo(number: number): void {
    this.mark = Math.max(this.mark, number);
    this.absorb();
  }

  /** A post of this client has this number. It is not announced. */
  posted(number: number): void {
    if (number > this.mark) this.own.add(number);
    this.absorb();
  }

  /** Whether to announce a message that has arrived. While catching up, it will be listed instead. */
  takeLive(number: number): boolean {
    if (this.target === undefined) return this.take(number);
    this.target = Number.isFinite(this.target) ? Math.max(this.target, number) : number;
    return false;
  }

  /** Whether to announce a message after which no older one will come. */
  take(number: number): boolean {
    if (number <= this.mark) return false;
    const mine = this.own.has(number);
    this.mark = number;
    this.absorb();
    return !mine;
  }

  /** Whether a message was announced, or was posted by this client. */
  knows(number: number): boolean {
    return number <= this.mark || this.own.has(number);
  }

  /** Whether to announce a change that has arrived. The change of a message that will be listed is held until then. */
  takeChange(notice: ChangeNotice): boolean {
    if (!this.changes.takeLive(notice.params.change)) return false;
    if (this.changes.wasListed(notice)) return false;
    if (this.target === undefined || this.knows(numberOf(notice))) return true;
    this.changes.hold(notice);
    return false;
  }

  private absorb(): void {
    while (this.own.delete(this.mark + 1)) this.mark++;
    for (const number of this.own) if (number <= this.mark) this.own.delete(number);
  }
}
