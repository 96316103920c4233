/** A text that is written and not sent. */
export interface Draft {
  /** The subject, if the text begins a thread. */
  readonly subject?: string;
  readonly text: string;
}

/** Keeps drafts by the place where they are written, such as `news`, `news#17` and `news#17 edit`. */
export interface DraftStore {
  /** How long drafts are kept, as the end of a sentence: `until you leave`. */
  readonly lasts: string;
  /** The places that have a draft. */
  places(): string[];
  get(place: string): Draft | undefined;
  /**
   * Done when it returns, because the program may be about to end.
   * @param draft undefined removes it
   * @returns a sentence that says where it is, or why it could not be kept
   */
  set(place: string, draft: Draft | undefined): string;
  /** Moves a draft to another place. It stays where it is if there is a draft already, or if it cannot be kept there. */
  move(from: string, to: string): void;
}

/** `DraftStore.move` of a store that has no better way. */
export function movedIn(store: Pick<DraftStore, 'get' | 'set'>, from: string, to: string): void {
  const draft = store.get(from);
  if (!draft || store.get(to)) return;
  store.set(to, draft);
  if (store.get(to)) store.set(from, undefined);
}

// Drafts in memory, in UTF-16 code units: each is at most a message of the largest size.
const mostUnits = 128 * 1024;

/**
 * Drafts in memory. The oldest are lost if they are too long together.
 * @param lasts as `DraftStore.lasts`
 */
export function draftsInMemory(lasts = 'until you leave'): DraftStore {
  const drafts = new Map<string, Draft>();
  const store: DraftStore = {
    lasts,
    places: () => [...drafts.keys()],
    get: (place) => drafts.get(place),
    set: (place, draft) => {
      drafts.delete(place);
      if (!draft) return '';
      drafts.set(place, draft);
      let units = 0;
      for (const [place, { subject = '', text }] of [...drafts].reverse()) {
        units += subject.length + text.length;
        if (units > mostUnits) drafts.delete(place);
      }
      return drafts.has(place)
        ? `The draft is kept ${lasts}.`
        : 'The draft is too long to be kept.';
    },
    move: (from, to) => movedIn(store, from, to),
  };
  return store;
}
