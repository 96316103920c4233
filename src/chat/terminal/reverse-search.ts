/** An incremental search backwards through the history, as Ctrl-R starts it in readline and shells. */
export class ReverseSearch {
  private query = '';
  private at = 0;
  private failed = false;

  /** @param history the lines, the newest first */
  constructor(private readonly history: readonly string[]) {}

  /** The line that was found. Undefined if there is none yet. */
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

  /** If no other line matches, the line that was found stays. */
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
