import type { Draft, DraftStore } from '../widgets/drafts.ts';

/** What a place of a draft means: `news`, `news#17`, `news#17 edit`, or `:set main about` for the text of a command. */
export type DraftPlace =
  | { readonly to: 'group'; readonly group: string }
  | { readonly to: 'reply' | 'edit'; readonly group: string; readonly number: number }
  | { readonly to: 'command'; readonly command: string };

const messageForm = /^(.*)#(\d{1,15})( edit)?$/s;

export function draftPlace(place: string): DraftPlace {
  if (place.startsWith(':')) return { to: 'command', command: place.slice(1) };
  const [, group, digits, edit] = messageForm.exec(place) ?? [];
  if (group === undefined) return { to: 'group', group: place };
  return { to: edit === undefined ? 'reply' : 'edit', group, number: Number(digits) };
}

/** The drafts of the user. It knows which there are without asking the store for every frame. */
export class KeptDrafts implements DraftStore {
  private readonly kept: Set<string>;
  /** Counts the changes. */
  changes = 0;

  constructor(private readonly store: DraftStore) {
    this.kept = new Set(store.places());
  }

  get lasts(): string {
    return this.store.lasts;
  }

  places(): string[] {
    return [...this.kept];
  }

  get(place: string): Draft | undefined {
    const draft = this.store.get(place);
    // The store keeps only so much, and another screen of the user may have sent it.
    if (!draft && this.kept.delete(place)) this.changes++;
    return draft;
  }

  set(place: string, draft: Draft | undefined): string {
    const said = this.store.set(place, draft);
    this.look(place);
    return said;
  }

  /** The names of groups that have a draft, and the messages that have one, such as `news#17`. */
  get marked(): ReadonlySet<string> {
    const marked = new Set<string>();
    for (const each of this.kept) {
      const place = draftPlace(each);
      if (place.to === 'command') continue;
      marked.add(place.group);
      if (place.to !== 'group') marked.add(`${place.group}#${place.number}`);
    }
    return marked;
  }

  /**
   * Groups have other names: their drafts go with them. A draft that is there already stays, and the other one keeps its place.
   * @param names the new name of each old one. A new name may be the old one of another group
   */
  renamed(names: ReadonlyMap<string, string>): void {
    const next = new Map<string, string>();
    for (const each of this.places()) {
      const place = draftPlace(each);
      if (place.to === 'command') continue;
      const now = names.get(place.group);
      if (now !== undefined) next.set(each, `${now}${each.slice(place.group.length)}`);
    }
    for (const first of next.keys()) {
      const moves: { from: string; to: string }[] = [];
      let from = first;
      for (let to = next.get(from); to !== undefined; to = next.get(from)) {
        moves.unshift({ from, to });
        next.delete(from);
        from = to;
      }
      // The last one moves first, so that its place is free. In a ring no place is.
      if (from !== first) for (const each of moves) this.move(each.from, each.to);
      else this.exchange(moves);
    }
  }

  /** Sets texts and does not move them: a second screen that does the same changes nothing. */
  private exchange(moves: readonly { readonly from: string; readonly to: string }[]): void {
    const drafts = moves.map(({ from, to }) => ({ to, draft: this.store.get(from) }));
    for (const { to, draft } of drafts) this.set(to, draft);
  }

  move(from: string, to: string): void {
    this.store.move(from, to);
    this.look(from);
    this.look(to);
  }

  /** Another screen of the user may have changed a draft. */
  private look(place: string): void {
    this.changes++;
    if (this.store.get(place)) this.kept.add(place);
    else this.kept.delete(place);
  }
}
