import type { Origin, Proof, User } from '../types.ts';

/** The user and the session that make a request. */
export interface Actor {
  readonly user: User;
  readonly origin: Origin;
  readonly proof: Proof;
  readonly payer?: Payer | undefined;
}

/** The connection that is charged for the cost of writes. */
export interface Payer {
  /** @param milliseconds of processor time that so many writes took, once they are committed or refused */
  charge(milliseconds: number, writes: number): void;
}
