import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';
import type { Layer } from './layer.ts';

/** A question in the last row that one key answers. */
export class Question implements Layer {
  /** @param answered called with the key, in lower case */
  constructor(
    private readonly text: string,
    private readonly answered: (key: string) => void,
  ) {}

  press(event: KeyEvent): void {
    if ('key' in event) this.answered(event.key.toLowerCase());
  }

  draw(surface: Surface): void {
    const row = surface.rows - 1;
    surface.fill(row, 0, surface.columns);
    const column = surface.text(row, 1, `${this.text} `, { bold: true });
    surface.cursor = { row, column };
  }
}
