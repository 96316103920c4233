import type { BoardClient } from '../../client/board-client.ts';
import { limits } from '../../protocol/limits.ts';
import type { KeyTable } from '../keys/key-table.ts';
import { groupKey } from '../panes/groups-pane.ts';
import type { LineInputOptions } from '../widgets/line-input.ts';
import type { Dialogue } from './dialogue.ts';
import { FoundIndex } from './found-index.ts';
import type { Groups } from './groups.ts';
import { NothingHere } from './nothing-here.ts';
import type { Reader } from './reader.ts';

interface FindingOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly reader: Reader;
  readonly dialogue: Dialogue;
  readonly keys: KeyTable;
}

/** Shows messages of all groups in the index: those of a search, and the mentions. */
export class Finding {
  private readonly searches: string[] = [];
  private readonly limitsTyped: string[] = [];

  constructor(private readonly options: FindingOptions) {}

  mentions(): Promise<void> {
    const { board, groups, reader } = this.options;
    return reader.showFound(
      new FoundIndex({
        title: '@ mentions',
        listKey: 'mentions',
        none: 'No message mentions you.',
        groups,
        page: (before) => board.call('mention.list', before === undefined ? {} : { before }),
      }),
    );
  }

  /** Asks for words, and searches the group of the user, or with another `/` all groups. */
  async search(): Promise<void> {
    const { group, name } = this.here();
    const isEverywhere = (text: string) => text.startsWith('/');
    const here = group === undefined ? 'Search: ' : `Search ${name} (// everywhere): `;
    const prompt = (text: string) => (isEverywhere(text) ? 'Search everywhere: ' : here);
    const typed = await this.line(prompt, this.searches);
    if (typed === undefined) return;
    const words = typed.replace(/^\//, '').trim();
    if (words === '') return;
    await this.show(words, isEverywhere(typed) ? undefined : group, `search: ${words}`);
  }

  /** Asks for words, and limits the index to the messages of the group that have them. */
  async limit(): Promise<void> {
    const { reader } = this.options;
    const { group, name } = this.here();
    if (group === undefined) throw new NothingHere('There is no group here.');
    const typed = await this.line(`Limit ${name} to: `, this.limitsTyped);
    if (typed === undefined) return;
    if (typed.trim() === '') reader.goBack();
    else await this.show(typed.trim(), group, `${name}: ${typed.trim()}`);
  }

  private line(prompt: LineInputOptions['prompt'], history: string[]): Promise<string | undefined> {
    return this.options.dialogue.line(prompt, { limit: limits.searchQuery, history });
  }

  private show(words: string, within: number | undefined, title: string): Promise<void> {
    const { board, groups, reader, keys } = this.options;
    const query = within === undefined ? words : `in:${within} ${words}`;
    return reader.showFound(
      new FoundIndex({
        title,
        listKey: within === undefined ? undefined : groupKey(within),
        none: `Nothing was found.${keys.offer('back', 'index', 'goes back.')}`,
        groups,
        within,
        page: (before) =>
          board.call('message.search', { query, ...(before !== undefined && { before }) }),
      }),
    );
  }

  private here(): { group: number | undefined; name: string } {
    const { reader, groups } = this.options;
    const { group } = reader;
    return { group, name: group === undefined ? '' : groups.nameOf(group) };
  }
}
