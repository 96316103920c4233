import { displayWidth } from '../../protocol/unicode.ts';
import {
  applyCompletion,
  type Candidate,
  type Completion,
  completionIn,
} from '../../terminal/completion.ts';
import type { Surface } from '../terminal/surface.ts';
import { type Edited, replaced } from './edited.ts';

/** Asks for what the word before the cursor can be completed to. `before` is the line up to the cursor. */
export type Complete = (before: string) => Promise<Completion | undefined>;

/** Completes words with Tab, and shows the candidates if there are several. */
export class Completing {
  private candidates: readonly Candidate[] = [];
  /** Counts the questions, so that a late answer does not change a text that is another by then. */
  private turn = 0;

  /** @param changed draws again */
  constructor(
    private readonly complete: Complete | undefined,
    private readonly changed: () => void,
  ) {}

  /** Completes the word before the cursor, once the candidates are known. Any other key ends that. */
  begin(state: Edited, apply: (state: Edited) => void): void {
    const { complete } = this;
    if (!complete) return;
    const turn = ++this.turn;
    const line = state.text.slice(state.text.lastIndexOf('\n', state.at - 1) + 1, state.at);
    const answer = completionIn({ complete }, line).catch(() => undefined);
    void answer.then((completion) => {
      if (turn !== this.turn || !completion) return;
      let next = state;
      const several = applyCompletion(completion, {
        press: () => {
          next = replaced(next, next.at - completion.word.length, '');
        },
        type: (text) => {
          next = replaced(next, next.at, text);
        },
      });
      this.candidates = several ?? [];
      apply(next);
      this.changed();
    });
  }

  /** Hides the candidates, and drops an answer that has not come. */
  end(): void {
    this.turn++;
    this.candidates = [];
  }

  /** Shows as many candidates as fit in a row. */
  draw(surface: Surface, row: number): void {
    if (this.candidates.length === 0) return;
    const style = { reverse: true } as const;
    surface.fill(row, 0, surface.columns, ' ', style);
    let column = 1;
    for (const { text } of this.candidates) {
      const end = column + displayWidth(text);
      if (end > surface.columns - 2) {
        surface.text(row, column, '…', style);
        return;
      }
      column = surface.text(row, column, text, style) + 2;
    }
  }
}
