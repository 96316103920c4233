/** In milliseconds. */
export interface BackoffOptions {
  /** The first pause, and the maximum. */
  readonly first: number;
  readonly longest: number;
}

/** Pauses between attempts. Each is up to twice the last one, and random, so that clients do not attempt in step. */
export class Backoff {
  private attempts = 0;

  constructor(private readonly options: BackoffOptions) {}

  /** How long to wait before the next attempt, in milliseconds. */
  next(): number {
    const { first, longest } = this.options;
    const most = Math.min(longest, first * 2 ** this.attempts++);
    return most * (0.5 + Math.random() / 2);
  }

  /** An attempt has succeeded. */
  reset(): void {
    this.attempts = 0;
  }
}
