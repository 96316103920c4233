/** A search backwards through the lines typed before, letter by letter, as Ctrl-R starts it in readline and shells. */
export class ReverseSearch {
  private query = '';
  private at = 0;
  private failed = false;

  /** @param history the lines, the newest first */
  constructor(private readonly history: readonly string[]) {}

  /** The line that is found; undefined if nothing was typed or nothing found yet. */
  get found(): string | undefined {
    return this.query === '' ? undefined : this.history[this.at];
  }

  get prompt(): string {
    return `(${this.failed ? 'failed ' : ''}reverse-i-search)'${this.query}': `;
  }

  type(text: string): void {
    this.query += text;
    this.move(this.at, 1);
  }

  erase(): void {
    this.query = [...this.query].slice(0, -1).join('');
    this.move(0, 1);
  }

  older(): void {
    this.move(this.at + 1, 1);
  }

  newer(): void {
    this.move(this.at - 1, -1);
  }

  /** The line that is found stays if there is no other one. */
  private move(from: number, step: 1 | -1): void {
    if (this.query === '') {
      this.failed = false;
      return;
    }
    let at = from;
    while (at >= 0 && at < this.history.length && !this.history[at]?.includes(this.query))
      at += step;
    this.failed = at < 0 || at >= this.history.length;
    if (!this.failed) this.at = at;
  }
}
