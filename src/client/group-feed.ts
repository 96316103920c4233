import type { Membership } from '../protocol/schemas.ts';

/**
 * What has been told of one group, so that after a gap the rest is told, and nothing twice. Numbers
 * count up in a group, so one of them says it all; only the numbers of posts made from here run
 * ahead of it, because they are learnt from replies, which may overtake notices.
 */
export class GroupFeed {
  /** Every visible message up to this number has been told, or was posted from here. */
  private mark: number;
  /** Posted from here, past the mark. */
  private readonly own = new Set<number>();
  /** While catching up: the highest number that is known to exist. */
  private target: number | undefined;

  /** @param told the number up to which everything counts as told */
  constructor(
    public membership: Membership,
    told: number,
  ) {
    this.mark = told;
  }

  /** The number after which the next missed message is to be asked for; undefined if none is missed. */
  get missedAfter(): number | undefined {
    return this.target !== undefined && this.mark < this.target ? this.mark : undefined;
  }

  /** A connection has taken the session up again: nothing live counts until `goLive`. */
  resume(membership: Membership): void {
    const { lastNumber } = membership;
    this.membership = membership;
    // A board that was set back to an earlier copy gives these numbers out again.
    if (lastNumber < this.mark) this.mark = lastNumber;
    for (const number of this.own) if (number > lastNumber) this.own.delete(number);
    this.target = lastNumber;
    this.absorb();
  }

  /** Nothing is missed any more. */
  goLive(): void {
    this.mark = Math.max(this.mark, this.target ?? 0);
    this.target = undefined;
    this.absorb();
  }

  /** A post made from here got this number; it is not told. */
  posted(number: number): void {
    if (number > this.mark) this.own.add(number);
    this.absorb();
  }

  /** Whether a message that was told live is news. One that comes while catching up is listed too. */
  takeLive(number: number): boolean {
    if (this.target === undefined) return this.take(number);
    this.target = Math.max(this.target, number);
    return false;
  }

  /** Whether a message is news, given that everything before it has come. */
  take(number: number): boolean {
    if (number <= this.mark) return false;
    const mine = this.own.has(number);
    this.mark = number;
    this.absorb();
    return !mine;
  }

  private absorb(): void {
    while (this.own.delete(this.mark + 1)) this.mark++;
    for (const number of this.own) if (number <= this.mark) this.own.delete(number);
  }
}
