import type { KeyEvent } from '../terminal/keys.ts';

/**
 * Milliseconds. A message that was on the screen for a shorter time was not read. The same key after a shorter time is held down:
 * terminals repeat a key every 30 to 100 ms, and nobody presses one that fast for long.
 */
export const glance = 150;

/** A key or a paste, as it came in. */
export interface Press {
  readonly event: KeyEvent;
  /** In milliseconds of the clock of the screen. A key that waits for others was pressed before they were carried out. */
  readonly at: number;
  /** Whether the key is held down, or was typed ahead with others like it. */
  readonly isRepeat: boolean;
}

/** Notes when keys come in. */
export class Presses {
  private last: { readonly key: string | undefined; readonly at: number } | undefined;

  /** @param now in milliseconds, of a clock that never goes back */
  constructor(private readonly now: () => number) {}

  of(event: KeyEvent): Press {
    const at = this.now();
    const key = 'key' in event ? event.key : undefined;
    const isRepeat = key !== undefined && key === this.last?.key && at - this.last.at < glance;
    this.last = { key, at };
    return { event, at, isRepeat };
  }
}
