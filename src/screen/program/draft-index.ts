import { firstWords } from '../../protocol/text/first-words.ts';
import type { KeptDrafts } from './kept-drafts.ts';
import { ListIndex, listRow } from './list-index.ts';

/** The drafts of the user. */
export class DraftIndex extends ListIndex {
  readonly title = '✎ drafts';
  readonly listKey = 'drafts';
  readonly empty = 'There are no drafts.';
  readonly note: string;

  constructor(private readonly drafts: KeptDrafts) {
    super();
    this.note = `Drafts are kept ${drafts.lasts}. Enter goes on with the one that the cursor is on.`;
    this.settle();
  }

  override settle(): void {
    const { drafts } = this;
    this.show(
      drafts.places().map((place) => {
        const { subject = '', text = '' } = drafts.get(place) ?? {};
        const words = subject === '' ? firstWords(text) : subject;
        return listRow(place, { groupName: place, subject: words, sender: '' });
      }),
    );
  }
}
