/** The terminal of a visitor, as the SSH client describes it. */
export class SshTerminal {
  private readonly listeners = new Set<() => void>();
  columns = 0;
  rows = 0;

  /** @param limit maximum of columns and of rows */
  constructor(
    size: { readonly cols: number; readonly rows: number },
    private readonly limit: number,
  ) {
    this.take(size);
  }

  /** @returns ends the listening */
  onResize(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  resize(size: { readonly cols: number; readonly rows: number }): void {
    const { columns, rows } = this;
    this.take(size);
    if (columns === this.columns && rows === this.rows) return;
    for (const listener of [...this.listeners]) listener();
  }

  /** A client that does not know its size sends 0 (RFC 4254, section 6.2). */
  private take({ cols, rows }: { readonly cols: number; readonly rows: number }): void {
    this.columns = bounded(cols, this.limit) ?? (this.columns || 80);
    this.rows = bounded(rows, this.limit) ?? (this.rows || 24);
  }
}

function bounded(size: number, limit: number): number | undefined {
  return size > 0 ? Math.min(size, limit) : undefined;
}
