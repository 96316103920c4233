import { limits, type ServerLimits } from '../protocol/limits.ts';
import { Rate } from './rate.ts';
import { Share } from './turns.ts';

// Lines that are read for each command that is allowed. Commands past their rate are refused; lines past this
// number are not read until later.
const linesPerCommand = 2;
// The budget of bytes and processor time of a whole network, as a multiple of one user's budget.
const networkBytes = 10;
const networkProcessor = 3;
// The budget of bytes and processor time of a connection without a login, as a part of one user's budget.
const strangerPart = 1 / 8;

export interface Rates {
  readonly commandsPerSecond: number;
  readonly commandBurst: number;
  /** The budget of bytes and processor time, as a multiple of one user's. */
  readonly bytes: number;
  readonly processor: number;
}

export function userRates({ commandsPerSecond, commandBurst }: ServerLimits): Rates {
  return { commandsPerSecond, commandBurst, bytes: 1, processor: 1 };
}

export function strangerRates(own: ServerLimits): Rates {
  return { ...userRates(own), bytes: strangerPart, processor: strangerPart };
}

export function networkRates(own: ServerLimits): Rates {
  return {
    commandsPerSecond: own.commandsPerSecond === 0 ? 0 : own.networkCommandsPerSecond,
    commandBurst: own.networkCommandBurst,
    bytes: networkBytes,
    processor: networkProcessor,
  };
}

/** The budget of a user, a network or a connection without a login: a bucket for each kind of cost. */
export class Allowance {
  /** Connections that use it now. */
  users = 0;
  readonly commands: Rate;
  readonly lines: Rate;
  readonly bytes: Rate;
  /** In milliseconds. */
  readonly processor: Rate;
  /** Bytes after which no line is complete: see `Costs.unfinished`. */
  readonly unfinished: Rate;

  constructor(
    { commandsPerSecond, commandBurst, bytes, processor }: Rates,
    readonly share = new Share(),
  ) {
    const of = (perSecond: number, burst: number) =>
      new Rate(commandsPerSecond === 0 ? 0 : perSecond, burst);
    this.commands = of(commandsPerSecond, commandBurst);
    this.lines = of(linesPerCommand * commandsPerSecond, linesPerCommand * commandBurst);
    this.bytes = of(bytes * limits.bytesPerSecond, bytes * limits.byteBurst);
    this.processor = of(processor * limits.processorPerSecond, processor * limits.processorBurst);
    this.unfinished = of(bytes * limits.ownUnfinishedPerSecond, bytes * limits.ownUnfinishedBurst);
  }

  /** Whether nothing of it is used up, so that a new allowance can take its place. */
  get isFull(): boolean {
    return (
      this.commands.full &&
      this.lines.full &&
      this.bytes.full &&
      this.processor.full &&
      this.unfinished.full &&
      this.share.isFull
    );
  }
}

// How many allowances are kept before those are dropped that are full and unused.
const firstSweep = 1000;

/**
 * The allowances of users or of networks, by key. They outlive the connections that use them, so a client that
 * reconnects has only the rest of its budget. An allowance that is full and that no connection uses is dropped.
 */
export class Allowances<K> {
  private readonly kept = new Map<K, Allowance>();
  private sweepAt = firstSweep;

  constructor(private readonly rates: Rates) {}

  /** The allowance of `key`. The caller gives it back with `leave`. */
  use(key: K): Allowance {
    let allowance = this.kept.get(key);
    if (!allowance) {
      if (this.kept.size >= this.sweepAt) this.sweep();
      allowance = new Allowance(this.rates);
      this.kept.set(key, allowance);
    }
    allowance.users++;
    return allowance;
  }

  leave(allowance: Allowance): void {
    allowance.users--;
  }

  /** Like `leave`, for an allowance that is full: it is dropped, unless another connection uses it. */
  leaveFull(key: K, allowance: Allowance): void {
    this.leave(allowance);
    if (allowance.users === 0) this.kept.delete(key);
  }

  /** How many allowances are kept. */
  get size(): number {
    return this.kept.size;
  }

  private sweep(): void {
    for (const [key, allowance] of this.kept) {
      if (allowance.users === 0 && allowance.isFull) this.kept.delete(key);
    }
    this.sweepAt = Math.max(firstSweep, 2 * this.kept.size);
  }
}
