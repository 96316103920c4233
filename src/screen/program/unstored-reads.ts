import type { BoardClient } from '../../client/board-client.ts';
import { limits } from '../../protocol/limits.ts';
import { alone, isRead, type Marks, withRead } from '../../protocol/marks.ts';
import type { GroupEntry } from '../model/group-entry.ts';

interface UnstoredOptions {
  readonly board: Pick<BoardClient, 'call'>;
  /** Called when all reads of a group are stored, with the marks that the board has then. */
  readonly stored: (group: number, marks: Marks) => void;
  readonly isMember: (group: number) => boolean;
  readonly failed: (error: unknown) => void;
}

/** Messages that were read here, and of which the board does not know it yet. */
export class UnstoredReads {
  private readonly numbers = new Map<number, number[]>();
  private readonly storing = new Map<number, Promise<void>>();

  constructor(private readonly options: UnstoredOptions) {}

  get isEmpty(): boolean {
    return this.numbers.size === 0;
  }

  /** Stores reads a little later: one call at a time for each group, with all that was read meanwhile. */
  add(group: number, numbers: readonly number[]): void {
    this.numbers.set(group, [...(this.numbers.get(group) ?? []), ...numbers]);
    if (this.storing.has(group)) return;
    const storing = this.store(group).finally(() => this.storing.delete(group));
    this.storing.set(group, storing);
  }

  /** Resolves when the board has what was read in a group so far, or has refused it. */
  async stored(group: number): Promise<void> {
    await this.storing.get(group);
  }

  /** An entry as the board has it, with what was read here since. */
  over(entry: GroupEntry): GroupEntry {
    const numbers = (this.numbers.get(entry.id) ?? []).filter((number) => !isRead(entry, number));
    if (numbers.length === 0) return entry;
    const unread = Math.max(0, entry.unread - numbers.length);
    return { ...entry, ...withRead(entry, numbers.map(alone)), unread };
  }

  private async store(group: number): Promise<void> {
    const { board, stored, isMember, failed } = this.options;
    try {
      for (;;) {
        const numbers = this.numbers.get(group)?.slice(0, limits.rangesAtOnce) ?? [];
        if (numbers.length === 0) break;
        const { ranges } = withRead({ lastRead: -1, ranges: [] }, numbers.map(alone));
        const marks = await board.call('message.markRead', {
          group,
          ranges: ranges.map(([first, last]) => [first, last]),
        });
        const rest = (this.numbers.get(group) ?? []).slice(numbers.length);
        if (rest.length > 0) this.numbers.set(group, rest);
        else {
          this.numbers.delete(group);
          stored(group, marks);
        }
      }
    } catch (error) {
      // They are stored with the next message that is read.
      if (isMember(group)) failed(error);
      else this.numbers.delete(group);
    }
  }
}
