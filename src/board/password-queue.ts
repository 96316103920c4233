import { boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';

/** Who waits: a user at a network they have logged in from, any other login, a new name. */
export type TurnKind = 'known' | 'login' | 'registration';

export interface Turn {
  readonly kind: TurnKind;
  /** Networks take turns. */
  readonly network: string;
  /** Aborted when nobody waits for it any more. */
  readonly ended?: AbortSignal;
}

interface Waiting {
  go(): void;
  refuse(): void;
}

const places: Record<TurnKind, number> = {
  known: limits.waitingPasswords,
  login: limits.waitingPasswords,
  registration: limits.waitingRegistrations,
};

// Whose turn it is; if nobody of that kind waits, the others are asked in this order.
const order: readonly TurnKind[] = ['known', 'login', 'known', 'registration'];

/** The networks in which somebody waits, in the order in which it is their turn. */
type Line = Map<string, Waiting[]>;

/**
 * A bounded number of places for work that takes long. Each kind has waiting room of its own, so
 * that none keeps the others out, and within a kind the networks take turns. Where the room is
 * full, a network with fewer waiting takes the place of the last one of the network with the most.
 */
export class PasswordQueue {
  private readonly lines: Record<TurnKind, Line> = {
    known: new Map(),
    login: new Map(),
    registration: new Map(),
  };
  private free: number;
  private turn = 0;

  /** @param atOnce how much is done at the same time */
  constructor(atOnce: number) {
    this.free = atOnce;
  }

  /** Resolves when it is one's turn; `leave` ends it. @throws BoardError `RATE_LIMITED`, `CONNECTION_ENDED` */
  async enter({ kind, network, ended }: Turn): Promise<void> {
    if (ended?.aborted) throw boardError('CONNECTION_ENDED');
    if (this.free > 0) {
      this.free--;
      return;
    }
    const line = this.lines[kind];
    makeRoom(line, network, places[kind]);
    await new Promise<void>((resolve, reject) => {
      const withdraw = () => {
        remove(line, network, one);
        reject(boardError('CONNECTION_ENDED'));
      };
      const one = {
        go: () => {
          ended?.removeEventListener('abort', withdraw);
          resolve();
        },
        refuse: () => {
          ended?.removeEventListener('abort', withdraw);
          reject(refusal());
        },
      };
      ended?.addEventListener('abort', withdraw, { once: true });
      line.set(network, [...(line.get(network) ?? []), one]);
    });
  }

  /** Whoever leaves hands the place on. */
  leave(): void {
    const next = this.next();
    if (next) next.go();
    else this.free++;
  }

  private next(): Waiting | undefined {
    const preferred = order[this.turn++ % order.length] ?? 'known';
    for (const kind of [preferred, ...order]) {
      const line = this.lines[kind];
      const [network = '', waiting = []] = line.entries().next().value ?? [];
      const [one, ...others] = waiting;
      if (!one) continue;
      line.delete(network);
      if (others.length > 0) line.set(network, others);
      return one;
    }
    return undefined;
  }
}

function refusal() {
  return boardError('RATE_LIMITED', 5);
}

/** @throws BoardError `RATE_LIMITED` if `network` waits as much as any other */
function makeRoom(line: Line, network: string, most: number): void {
  const all = [...line.entries()];
  if (all.reduce((sum, [, { length }]) => sum + length, 0) < most) return;
  const own = line.get(network)?.length ?? 0;
  const [longest, waiting = []] = all.reduce((a, b) => (b[1].length > a[1].length ? b : a));
  const last = waiting.at(-1);
  if (!last || waiting.length <= own + 1) throw refusal();
  remove(line, longest, last);
  last.refuse();
}

function remove(line: Line, network: string, one: Waiting): void {
  const others = (line.get(network) ?? []).filter((other) => other !== one);
  if (others.length > 0) line.set(network, others);
  else line.delete(network);
}
