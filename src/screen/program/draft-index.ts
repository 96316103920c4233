import { firstWords } from '../../protocol/text/first-words.ts';
import type { KeyTable } from '../keys/key-table.ts';
import type { Row } from '../model/row.ts';
import type { KeptDrafts } from './kept-drafts.ts';
import { ListIndex, listRow } from './list-index.ts';

/** The drafts of the user. */
export class DraftIndex extends ListIndex {
  readonly title = '✎ drafts';
  readonly listKey = 'drafts';
  readonly empty = 'There are no drafts.';
  readonly note: string;
  private known: number | undefined;

  constructor(
    private readonly drafts: KeptDrafts,
    keys: KeyTable,
  ) {
    super();
    const opening = keys.offer('open', 'index', 'goes on with the draft that the cursor is on.');
    this.note = `Drafts are kept ${drafts.lasts}.${opening}`;
  }

  override get rows(): readonly Row[] {
    if (this.known !== this.drafts.changes) this.list();
    return super.rows;
  }

  private list(): void {
    const { drafts } = this;
    this.known = drafts.changes;
    this.show(
      drafts.places().flatMap((place) => {
        const draft = drafts.get(place);
        if (!draft) return [];
        const { subject = '', text } = draft;
        const words = subject === '' ? firstWords(text) : subject;
        return [listRow(place, { groupName: place, subject: words, sender: '' })];
      }),
    );
  }
}
