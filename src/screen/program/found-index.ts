import type { Notice } from '../../protocol/schemas.ts';
import { type FoundMessage, foundRows, type Row } from '../model/row.ts';
import type { Scrolled } from '../model/scrolled.ts';
import type { Groups } from './groups.ts';
import type { IndexView } from './index-view.ts';

/** A page of messages, the newest first. `next` is the `before` of the next page. */
interface Page {
  readonly messages: readonly FoundMessage[];
  readonly more: boolean;
  readonly next?: string | undefined;
}

interface FoundOptions {
  readonly title: string;
  readonly listKey: string | undefined;
  /** Shown if there are none. */
  readonly none: string;
  readonly groups: Groups;
  /** The group to which the list is limited. */
  readonly within?: number | undefined;
  readonly page: (before: string | undefined) => Promise<Page>;
}

// Messages that are kept, and pages that one key press loads if they are empty.
const mostFound = 500;
const mostPages = 20;
const ahead = 20;

/** Messages that a search has found, or that mention the user: the newest first. */
export class FoundIndex implements IndexView {
  scrolled: Scrolled = { cursor: undefined, top: undefined };
  readonly group = undefined;
  readonly held = 0;
  private found: readonly FoundMessage[] = [];
  private next: string | undefined;
  private state: 'loading' | 'more' | 'whole' = 'loading';
  private extending: Promise<void> | undefined;
  private cached: { readonly rows: Row[]; readonly entries: unknown } | undefined;

  constructor(private readonly options: FoundOptions) {}

  get listKey(): string | undefined {
    return this.options.listKey;
  }

  get title(): string {
    return this.options.title;
  }

  get empty(): string {
    return this.state === 'loading' ? 'Searching …' : this.options.none;
  }

  get within(): number | undefined {
    return this.options.within;
  }

  get rows(): readonly Row[] {
    const { groups, within } = this.options;
    if (this.cached?.entries !== groups.all) this.cached = undefined;
    this.cached ??= {
      entries: groups.all,
      rows: foundRows(this.found, {
        isUnread: (message) => groups.isUnread(message.groupId, message),
        isMention: (message) => groups.isMention(message),
        nameOf: ({ groupId, group }) => groups.find(groupId)?.name ?? group,
        showsGroup: within === undefined,
      }),
    };
    return this.cached.rows;
  }

  async loadStart(): Promise<void> {
    if (this.state === 'loading') await this.more(1);
    this.scrolled = { cursor: this.rows[0]?.key, top: undefined };
  }

  async loadEnd(): Promise<void> {
    while (this.state === 'more' && this.found.length < mostFound) await this.more(1);
    this.scrolled = { cursor: this.rows.at(-1)?.key, top: undefined };
  }

  extend(): Promise<boolean> {
    const at = this.rows.findIndex(({ key }) => key === this.scrolled.cursor);
    if (this.state !== 'more' || at < this.rows.length - ahead) return Promise.resolve(false);
    this.extending ??= this.more(this.found.length + 1).finally(() => {
      this.extending = undefined;
    });
    return this.extending.then(() => true);
  }

  isEdge(direction: 1 | -1): boolean {
    return (
      direction === 1 && this.state === 'more' && this.rows.at(-1)?.key === this.scrolled.cursor
    );
  }

  take({ method, params }: Notice): void {
    if (method === 'message.edited') {
      const { message, groupId } = params;
      this.change((each) =>
        each.groupId === groupId && each.number === message.number ? { ...each, ...message } : each,
      );
    } else if (method === 'message.deleted') {
      const { groupId, number } = params;
      this.change((each) =>
        each.groupId === groupId && each.number === number
          ? { ...each, subject: '(deleted)' }
          : each,
      );
    }
  }

  settle(): void {}

  async refresh(): Promise<void> {
    // What a search has found is not searched again: it would move.
  }

  /** Loads pages until there are so many messages, or no more. A search may answer empty pages for a while. */
  private async more(atLeast: number): Promise<void> {
    for (let pages = 0; pages < mostPages; pages++) {
      const { messages, more, next } = await this.options.page(this.next);
      this.found = [...this.found, ...messages].slice(0, mostFound);
      this.cached = undefined;
      this.next = next;
      this.state = more && next !== undefined && this.found.length < mostFound ? 'more' : 'whole';
      if (this.state === 'whole' || this.found.length >= atLeast) return;
    }
  }

  private change(each: (message: FoundMessage) => FoundMessage): void {
    this.found = this.found.map(each);
    this.cached = undefined;
  }
}
