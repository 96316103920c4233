import type { Key } from 'node:readline';
import { pastedLines } from '../../terminal/paste.ts';
import { pasteKey } from './keyboard.ts';

// Ctrl-C and Ctrl-D.
const givesUp = new Set(['c', 'd']);

/** Collects a secret key by key, without showing it. */
export class Secret {
  private characters: string[] = [];

  /** @param done called once, with undefined if the secret is given up */
  constructor(private readonly done: (secret: string | undefined) => void) {}

  readonly take = (text: string, { name, ctrl, meta, sequence = '' }: Key): void => {
    // A copied secret often ends with a line end.
    if (name === pasteKey) this.characters.push(...(pastedLines(sequence)[0] ?? ''));
    else if (name === 'return' || name === 'enter') this.done(this.characters.join(''));
    else if (ctrl && givesUp.has(name ?? '')) this.done(undefined);
    else if (ctrl && name === 'u') this.characters = [];
    else if (name === 'backspace') this.characters.pop();
    else if (text !== '' && !ctrl && !meta && text >= ' ') this.characters.push(text);
  };
}
