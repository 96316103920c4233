import type { Result } from '../../protocol/schemas.ts';

/** A message with its content. */
export type Content = Result<'message.get'>;

// In UTF-16 code units: at most 256 KiB of memory. A message at the limit of the board has 32 Ki.
const capacity = 128 * 1024;

/** The contents of the messages that were shown last. The ones that were used longest ago are forgotten. */
export class Contents {
  private readonly known = new Map<string, Content>();
  private size = 0;

  get(group: number, number: number): Content | undefined {
    const key = keyOf(group, number);
    const found = this.known.get(key);
    if (found) {
      this.known.delete(key);
      this.known.set(key, found);
    }
    return found;
  }

  set(group: number, number: number, content: Content): void {
    this.delete(group, number);
    this.known.set(keyOf(group, number), content);
    this.size += content.content.length;
    for (const [key, { content: text }] of this.known) {
      if (this.size <= capacity || this.known.size === 1) break;
      this.known.delete(key);
      this.size -= text.length;
    }
  }

  delete(group: number, number: number): void {
    const key = keyOf(group, number);
    this.size -= this.known.get(key)?.content.length ?? 0;
    this.known.delete(key);
  }

  /** Forgets all contents, because messages may have changed. */
  clear(): void {
    this.known.clear();
    this.size = 0;
  }
}

function keyOf(group: number, number: number): string {
  return `${group}#${number}`;
}
