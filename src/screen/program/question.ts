import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';
import { drawFoot } from '../widgets/foot.ts';
import type { Layer } from './layer.ts';

/** A question in the last rows that one key answers. */
export class Question implements Layer {
  readonly place = 'question';

  /** @param answered called with the key, in lower case */
  constructor(
    private readonly text: string,
    private readonly answered: (key: string) => void,
  ) {}

  press(event: KeyEvent): void {
    if ('key' in event) this.answered(event.key.toLowerCase());
  }

  draw(surface: Surface): void {
    const { end } = drawFoot(surface, [{ text: this.text, style: { bold: true } }]);
    surface.cursor = { row: surface.rows - 1, column: Math.min(end + 1, surface.columns - 1) };
  }
}
