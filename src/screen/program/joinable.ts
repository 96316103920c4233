import type { BoardClient } from '../../client/board-client.ts';
import type { Notice, Result } from '../../protocol/schemas.ts';

/** A group of the board that the user is not in. */
export interface JoinableGroup {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly members: number;
  /** Whether only those who are invited can join it, and the user is not. */
  readonly isClosed: boolean;
}

interface JoinableOptions {
  readonly board: BoardClient;
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
  /** Whether the groups are on the screen, so that changes are shown soon. */
  readonly isShown: () => boolean;
}

// The least time between two lists, in milliseconds: while the groups are on the screen, and for their number alone.
const pause = { shown: 1000, counted: 30_000 };

/** The groups of the board that the user is not in. The list is asked for again after it has changed. */
export class Joinable {
  /** Undefined until the board has listed them. */
  groups: readonly JoinableGroup[] | undefined;
  /** Whether the board has further groups, which it did not list. */
  isCut = false;
  private timer: NodeJS.Timeout | undefined;
  private loading: Promise<void> | undefined;
  private isStale = false;
  private isStopped = false;
  private loadedAt = 0;

  constructor(private readonly options: JoinableOptions) {}

  get count(): number {
    return this.groups?.length ?? 0;
  }

  /** Lists the groups, unless nothing has changed since they were listed. */
  load(): Promise<void> {
    if (this.groups && !this.isStale) return Promise.resolve();
    this.loading ??= this.list().finally(() => {
      this.loading = undefined;
      // It may have changed meanwhile, or the list was refused.
      this.expect();
    });
    return this.loading;
  }

  take({ method }: Notice): void {
    if (method === 'groups.changed' || method === 'group.invited') this.change();
  }

  /** The user has joined or left groups, or the connection is back. */
  change(): void {
    this.isStale = true;
    this.expect();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Lists the groups soon: at once if it was long ago, or if the user looks at them now. */
  expect(): void {
    const { isShown, failed, board } = this.options;
    if (!this.isStale || this.isStopped || !board.connected) return;
    clearTimeout(this.timer);
    const least = isShown() ? pause.shown : pause.counted;
    const wait = Math.max(0, this.loadedAt + least - Date.now());
    this.timer = setTimeout(() => this.load().catch(failed), wait);
    this.timer.unref();
  }

  private async list(): Promise<void> {
    const { board, changed } = this.options;
    this.isStale = false;
    this.loadedAt = Date.now();
    let listed: Result<'group.list'>;
    try {
      listed = await board.call('group.list', { watch: true });
    } catch (error) {
      this.isStale = true;
      throw error;
    }
    this.isCut = listed.more === true;
    this.groups = listed.groups
      .filter(({ joined }) => !joined)
      .map(({ id, name, description, members, access, invited }) => {
        return { id, name, description, members, isClosed: access !== 'open' && !invited };
      });
    changed();
  }
}
