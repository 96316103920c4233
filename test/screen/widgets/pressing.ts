import type { KeyEvent } from '../../../src/screen/terminal/keys.ts';

/** The keys that type a text, and in brackets those that have a name: `hello[enter][ctrl-s]`. */
function presses(keys: string): KeyEvent[] {
  return [...keys.matchAll(/\[([a-z0-9-]{2,})\]|[\s\S]/gu)].map(([text, key]) => {
    if (key !== undefined) return { key };
    return { key: text === ' ' ? 'space' : text, text };
  });
}

export function press(widget: { press(event: KeyEvent): void }, keys: string): void {
  for (const event of presses(keys)) widget.press(event);
}
