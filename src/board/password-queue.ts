import { boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';

/** The kind of a wait: a user at a known network (one from which they have logged in), any other login, or a new name. */
export type TurnKind = 'known' | 'login' | 'registration';

export interface Turn {
  readonly kind: TurnKind;
  /** The network of the peer. Networks take turns. */
  readonly network: string;
  /** Aborted when the connection that waits has ended. */
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

// The kinds in the order of their turns. If no task of a kind waits, the next kind gets the turn.
const order: readonly TurnKind[] = ['known', 'login', 'known', 'registration'];

/** The networks with waiting passwords, in the order of their turns. */
type Line = Map<string, Waiting[]>;

/**
 * Runs a limited number of slow tasks at a time. Each kind has a queue of its own, so that no kind blocks
 * the others. Within a kind the networks take turns. If a queue is full, a network with few waiting tasks
 * gets the place of the last task of the network with the most.
 */
export class PasswordQueue {
  private readonly lines: Record<TurnKind, Line> = {
    known: new Map(),
    login: new Map(),
    registration: new Map(),
  };
  private free: number;
  private turn = 0;

  /** @param atOnce how many tasks may run at the same time */
  constructor(atOnce: number) {
    this.free = atOnce;
  }

  /** Resolves at the caller's turn, which lasts until `leave` is called. @throws BoardError `RATE_LIMITED`, `CONNECTION_ENDED` */
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

  /** Gives the place to the next in the queue. */
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

/** @throws BoardError `RATE_LIMITED` if no other network has more waiting tasks than `network` */
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
