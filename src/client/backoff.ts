/** In milliseconds. */
export interface BackoffOptions {
  /** The first pause, and the longest one. */
  readonly first: number;
  readonly longest: number;
}

/** Pauses between tries: each up to twice the one before, and never two clients in step. */
export class Backoff {
  private tries = 0;

  constructor(private readonly options: BackoffOptions) {}

  /** How long to wait before the next try, in milliseconds. */
  next(): number {
    const { first, longest } = this.options;
    const most = Math.min(longest, first * 2 ** this.tries++);
    return most * (0.5 + Math.random() / 2);
  }

  /** A try has succeeded. */
  reset(): void {
    this.tries = 0;
  }
}
