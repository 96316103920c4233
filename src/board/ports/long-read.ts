/** A read that may take long. It is made in steps, so that other requests have their turn in between. */
export interface LongRead<T> {
  /** Goes on for about a millisecond. @returns the result, once it is complete */
  step(): Promise<T | undefined>;
}
