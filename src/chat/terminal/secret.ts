import type { Key } from 'node:readline';
import { pasteKey } from './keyboard.ts';
import { pastedLines } from './paste.ts';

// With Ctrl.
const givesUp = new Set(['c', 'd']);

/** Gathers a secret key by key; nothing of it is shown. */
export class Secret {
  private characters: string[] = [];

  /** @param done called once, with undefined where it was given up */
  constructor(private readonly done: (secret: string | undefined) => void) {}

  readonly take = (text: string, { name, ctrl, meta, sequence = '' }: Key): void => {
    // What is copied from elsewhere often comes with its line end.
    if (name === pasteKey) this.characters.push(...(pastedLines(sequence)[0] ?? ''));
    else if (name === 'return' || name === 'enter') this.done(this.characters.join(''));
    else if (ctrl && givesUp.has(name ?? '')) this.done(undefined);
    else if (ctrl && name === 'u') this.characters = [];
    else if (name === 'backspace') this.characters.pop();
    else if (text !== '' && !ctrl && !meta && text >= ' ') this.characters.push(text);
  };
}
