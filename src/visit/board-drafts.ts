import { setTimeout as delay } from 'node:timers/promises';
import type { BoardClient } from '../client/board-client.ts';
import { BoardError } from '../protocol/errors.ts';
import type { Result } from '../protocol/schemas.ts';
import { screenLimits } from '../protocol/screen-limits.ts';
import { type Draft, type DraftStore, draftsInMemory } from '../screen/widgets/drafts.ts';

// How long a visit that ends waits until the board has its drafts, in milliseconds. A board that does not answer has ended.
const lastAttempts = 1500;

/** The drafts of a visitor. `flush` resolves once the board has them, or cannot be reached. */
export interface VisitorDrafts extends DraftStore {
  flush(): Promise<void>;
}

/**
 * The drafts of a visitor, which the board keeps. Those of an unprotected name, which somebody else may have, stay in the memory of the
 * visit.
 * @throws ConnectionError, BoardError
 */
export async function draftsOf(board: BoardClient): Promise<VisitorDrafts> {
  try {
    const { drafts } = await board.call('draft.list', {});
    return new BoardDrafts(board, drafts);
  } catch (error) {
    if (!(error instanceof BoardError && error.code === 'NAME_UNPROTECTED')) throw error;
    return { ...draftsInMemory(), flush: async () => {} };
  }
}

class BoardDrafts implements VisitorDrafts {
  private readonly drafts: Map<string, Draft>;
  /** Places whose draft the board has not confirmed, those of a call in flight among them. */
  private readonly unsaved = new Set<string>();
  /** Moves that the board has not made yet, and removals that must precede one. They are sent before the texts. */
  private moves: { readonly place: string; readonly from?: string }[] = [];
  /** Places whose draft the board has refused since `send` began. */
  private readonly refused = new Set<string>();
  private sending: Promise<void> | undefined;
  private refusal: string | undefined;

  constructor(
    private readonly board: BoardClient,
    drafts: Result<'draft.list'>['drafts'],
  ) {
    this.drafts = new Map(
      drafts.map(({ place, subject, content: text }) => [
        place,
        { text, ...(subject !== undefined && { subject }) },
      ]),
    );
  }

  readonly lasts = 'on the board';

  places(): string[] {
    return [...this.drafts.keys()];
  }

  get(place: string): Draft | undefined {
    return this.drafts.get(place);
  }

  set(place: string, draft: Draft | undefined): string {
    const { text = '', subject = '' } = draft ?? {};
    const { text: longestText, subject: longestSubject, place: longestPlace } = screenLimits;
    if (
      place.length > longestPlace ||
      text.length > longestText ||
      subject.length > longestSubject
    ) {
      return 'The draft is too long to be kept.';
    }
    const held = this.drafts.get(place);
    if (!draft && !held) return '';
    // Another visit of the user may have kept a newer text since, which an unchanged one must not replace.
    const isSame = draft && held && held.text === text && (held.subject ?? '') === subject;
    if (!isSame) {
      this.drafts.delete(place);
      if (draft) this.drafts.set(place, draft);
      this.dropOldest();
      this.unsaved.add(place);
      this.refused.delete(place);
    }
    this.startSending();
    if (!draft) return '';
    if (this.refusal !== undefined) return `The draft is kept until you leave. ${this.refusal}`;
    if (this.board.connected) return 'The draft is kept on the board.';
    return 'The draft is kept until you leave, and by the board once the connection is back.';
  }

  /**
   * The board moves the text that it has, which another visit of the user may have changed since. All visits of the user move
   * their drafts at the same time.
   */
  move(from: string, to: string): void {
    const draft = this.drafts.get(from);
    if (!draft || this.drafts.has(to) || to.length > screenLimits.place) return;
    this.drafts.delete(from);
    this.drafts.set(to, draft);
    // The board does not move a draft to a place that still has another one.
    if (this.unsaved.delete(to)) this.moves.push({ place: to });
    this.moves.push({ from, place: to });
    // The board moves the text that it has. A newer one is sent to the new place, and not removed from the old one: the board may
    // refuse the text and accept the removal.
    if (this.unsaved.delete(from)) this.unsaved.add(to);
    this.startSending();
  }

  async flush(): Promise<void> {
    const late = new AbortController();
    const given = delay(lastAttempts, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([this.sendAll(), given]);
    late.abort();
  }

  /** Sends what is not saved. A call in flight may fail, so what is then left is sent once more. */
  private async sendAll(): Promise<void> {
    await this.sending;
    this.startSending();
    await this.sending;
  }

  private startSending(): void {
    if (this.unsaved.size + this.moves.length > 0) this.sending ??= this.send();
  }

  /** Drops what the board drops too. */
  private dropOldest(): void {
    let bytes = 0;
    for (const [nth, [place, { text, subject }]] of [...this.drafts].reverse().entries()) {
      bytes += Buffer.byteLength(text) + Buffer.byteLength(subject ?? '');
      if (nth === 0 || (nth < screenLimits.drafts && bytes <= screenLimits.draftBytes)) continue;
      this.drafts.delete(place);
      this.unsaved.delete(place);
    }
  }

  /** Sends what is not saved, one call after the other. What the board refuses is sent again with the next change. */
  private async send(): Promise<void> {
    this.refused.clear();
    let refusal: string | undefined;
    for (;;) {
      const [move] = this.moves;
      if (move) {
        if (!(await this.sendMove(move))) break;
        continue;
      }
      const place = [...this.unsaved].find((each) => !this.refused.has(each));
      if (place === undefined) break;
      const draft = this.drafts.get(place);
      try {
        await this.board.call('draft.set', {
          place,
          subject: draft?.subject,
          content: draft?.text,
        });
        // It may have been changed, or moved away, meanwhile.
        if (this.drafts.get(place) === draft) this.unsaved.delete(place);
      } catch (error) {
        refusal = error instanceof BoardError ? error.message : undefined;
        if (!(error instanceof BoardError)) break;
        if (this.drafts.get(place) === draft) this.refused.add(place);
      }
    }
    this.refusal = refusal;
    this.sending = undefined;
  }

  /** @returns whether the board has answered. A move that it refuses leaves the draft where it is */
  private async sendMove(move: (typeof this.moves)[number]): Promise<boolean> {
    try {
      await this.board.call('draft.set', move);
    } catch (error) {
      if (!(error instanceof BoardError)) return false;
    }
    this.moves = this.moves.filter((other) => other !== move);
    return true;
  }
}
