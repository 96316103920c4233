import type { Notice } from '../protocol/schemas.ts';

/** A notice that a message was edited or deleted. */
export type ChangeNotice = Extract<Notice, { method: 'message.edited' | 'message.deleted' }>;

export function numberOf({ method, params }: ChangeNotice): number {
  return method === 'message.edited' ? params.message.number : params.number;
}

// Own changes and edits in lists are remembered up to this number for each group. An older one may be announced once more after
// a gap.
const mostKnown = 1000;

/**
 * Which edits and deletions of one group were announced, so that after a gap the missed ones are announced, and none
 * twice. Their counters only grow, so the last announced one is enough.
 */
export class ChangeFeed {
  /** While catching up, the highest known counter of the group. */
  private target: number | undefined;
  /** Changes of messages that will be listed, the last one for each number. */
  private readonly held = new Map<number, ChangeNotice>();
  /** Changes that this client has made: the time of the last edit by number, or undefined for a deletion. */
  private readonly own = new Map<number, string | undefined>();
  /** When announced messages of the last list were edited, by number: a list can have an edit whose notice arrives later. */
  private readonly listed = new Map<number, string>();

  /** @param mark the counter up to which everything counts as announced; 0 for a board without changes */
  constructor(private mark: number) {}

  /** Ask for the changes after this counter to catch up. Undefined if none is missing. */
  get missedAfter(): number | undefined {
    return this.target !== undefined && this.mark < this.target ? this.mark : undefined;
  }

  /** The session was resumed. Until `goLive`, changes that arrive are not announced but listed. */
  resume(change: number): void {
    this.held.clear();
    this.listed.clear();
    if (this.mark === 0) this.mark = change;
    this.target = change;
  }

  /** A list of changes has ended at this counter. */
  listedTo(change: number): void {
    this.mark = Math.max(this.mark, change);
  }

  /** All missed changes were announced, or the board has none. */
  goLive(): void {
    this.target = undefined;
  }

  /** Whether to announce a change that has arrived. While catching up, it will be listed instead. */
  takeLive(change: number): boolean {
    if (change <= this.mark) return false;
    if (this.target === undefined) {
      this.mark = change;
      return true;
    }
    this.target = Math.max(this.target, change);
    return false;
  }

  /**
   * This client has edited a message, or has deleted it. The board does not send the client a notice, but lists the
   * change after a gap.
   * @param editedAt undefined for a deletion
   */
  made(number: number, editedAt: string | undefined): void {
    remember(this.own, number, editedAt);
  }

  /** Whether the last change of a message was made by this client. */
  isOwn(number: number, editedAt: string | undefined): boolean {
    return this.own.has(number) && this.own.get(number) === editedAt;
  }

  /** Keeps the change of a message that was not announced yet, until it is. */
  hold(notice: ChangeNotice): void {
    this.held.set(numberOf(notice), notice);
  }

  /**
   * The change of a listed message that is announced now, unless the message was announced as it is after the change.
   * @param editedAt when the message as it was announced was edited; undefined if it was not, or was not announced
   */
  release(number: number, editedAt: string | undefined): ChangeNotice | undefined {
    const notice = this.held.get(number);
    this.held.delete(number);
    if (editedAt !== undefined) remember(this.listed, number, editedAt);
    return notice && !this.wasListed(notice) ? notice : undefined;
  }

  /** Whether a message was announced from a list as it is after a change of it. */
  wasListed(notice: ChangeNotice): boolean {
    if (notice.method !== 'message.edited') return false;
    const { number, editedAt = '' } = notice.params.message;
    const listed = this.listed.get(number);
    return listed !== undefined && editedAt <= listed;
  }

  /** All missed messages were announced. A message that was not listed has been deleted. */
  forgetHeld(): void {
    this.held.clear();
  }
}

function remember<T>(edits: Map<number, T>, number: number, editedAt: T): void {
  edits.delete(number);
  edits.set(number, editedAt);
  const [oldest] = edits.keys();
  if (edits.size > mostKnown && oldest !== undefined) edits.delete(oldest);
}
