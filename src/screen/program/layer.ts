import type { HelpPlace } from '../keys/help.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';

/** What is over the panes and gets all keys, such as a question or a text that is being written. */
export interface Layer {
  /** Whose keys the help shows first. Undefined where the keys of the help do something else. */
  readonly place?: HelpPlace;
  press(event: KeyEvent): void;
  /** @param surface the whole screen, with the panes drawn */
  draw(surface: Surface): void;
}
