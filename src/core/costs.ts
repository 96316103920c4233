import type { ServerCounts } from '../metrics/counts.ts';
import { boardError } from '../protocol/errors.ts';
import type { Allowance } from './allowance.ts';
import { type Rate, spend } from './rate.ts';
import type { Piecework, Turns } from './turns.ts';

// How many bytes a connection reads in a turn, about: one read of Node. Without this limit Node reads up to 32 times
// from a connection that has more to read, before any other connection has its turn.
const readPiece = 64 * 1024;
// Estimated time in which Node reads these bytes, in milliseconds. Node does it outside of our code, where we cannot
// measure it.
const readTime = 0.1;

// Reading a chunk costs as much as so many bytes, however small it is.
const bytesOfChunk = 4096;
// A chunk counts as so many bytes more in the party's own budget of unfinished lines. A person who types without line mode
// sends a chunk for each key, and the budget holds 16 keys a second and 63 at once.
const bytesOfKey = 128;

// A long reply is made in pieces of this many milliseconds; other connections have their turn in between.
const pieceTime = 0.5;

/** A moment from which processor time is measured. */
export interface Mark {
  at: number;
  turn: number;
  /** Milliseconds that the connection had been charged by then. */
  charged: number;
}

/** What all connections of a server share: see `Charges`. */
export interface SharedBudgets {
  readonly turns: Turns;
  /** The bytes of all busy parties together. */
  readonly busyBytes: Rate;
  /** The bytes that all strangers together, and all users, send without the end of a line beyond their own budgets. */
  readonly unfinished: { readonly strangers: Rate; readonly users: Rate };
  readonly counts: Pick<ServerCounts, 'delays'>;
  /** The allowance of a user. The caller gives it back with `leave`. */
  user(id: number): Allowance;
  leave(user: Allowance | undefined, network: Allowance | undefined): void;
  /** Like `leave`, for a user whose allowance is full. */
  leaveFull(id: number, user: Allowance, network: Allowance | undefined): void;
}

/**
 * Charges what one connection costs to its user and its network. Commands past their rate are refused. A
 * connection that has used more bytes or processor time than it may has to wait.
 */
export class Costs {
  /** Milliseconds of processor time so far. */
  private charged = 0;
  private readonly commands: Rate[];
  private hasLeft = false;
  /** Bytes that were read since the connection last waited for its turn to read. */
  private justRead = 0;

  constructor(
    private readonly charges: SharedBudgets,
    private own: Allowance,
    private readonly network: Allowance | undefined,
    private user: number | undefined,
  ) {
    this.commands = network ? [own.commands, network.commands] : [own.commands];
  }

  /** To be called after a login: from then on the user is charged. The login itself counts as a command of the user. */
  enter(userId: number): void {
    if (this.user === undefined) this.own = this.charges.user(userId);
    this.user = userId;
    this.own.commands.take();
    this.commands[0] = this.own.commands;
  }

  /** To be called once, when the connection has ended. */
  leave(): void {
    this.hasLeft = true;
    this.charges.leave(this.user === undefined ? undefined : this.own, this.network);
  }

  /**
   * Ends the use of the allowances if a connection that is idle would get the same ones again. Then it must not be used any
   * more, and `Charges.connect` makes another for the next request.
   * @returns whether it did
   */
  rest(): boolean {
    const { user, own, network } = this;
    if (user === undefined || !own.isFull) return false;
    this.charges.leaveFull(user, own, network);
    return true;
  }

  /** Counts a command. @throws BoardError `RATE_LIMITED` */
  spend(): void {
    spend(this.commands);
  }

  /** Counts a line that was read. */
  line(): void {
    this.own.lines.take();
    this.network?.lines.take();
  }

  /** Counts bytes of requests and replies. */
  bytes(count: number): void {
    this.own.bytes.take(count);
    this.network?.bytes.take(count);
    if (!this.own.share.isLight) this.charges.busyBytes.take(count);
  }

  /** Counts bytes that were read. */
  read(count: number): void {
    this.justRead += count;
    this.bytes(count);
  }

  /**
   * Counts a chunk after which a line is not complete, or which has no text. Many connections could send such chunks for
   * ever, and no command is ever counted. Each party and each network has a small budget of its own, so that a person who
   * types key by key does not wait for the others. A chunk that is over it uses the budget of all strangers or of all users.
   * @param count bytes of the chunk as the peer sent it
   * @returns milliseconds for which the connection is not to be read
   */
  unfinished(count: number): number {
    const own = this.own.unfinished;
    const ofNetwork = this.network?.unfinished;
    const cost = bytesOfKey + count;
    if (own.holds(cost) && (!ofNetwork || ofNetwork.holds(cost))) {
      own.take(cost);
      ofNetwork?.take(cost);
      return 0;
    }
    const { strangers, users } = this.charges.unfinished;
    const shared = this.user === undefined ? strangers : users;
    shared.take(bytesOfChunk + count);
    return shared.wait;
  }

  /** Whether the connection may read more in this turn. If not, `goOn` is called when it may. */
  mayReadOn(work: Piecework): boolean {
    if (this.justRead < readPiece) return true;
    this.justRead = 0;
    this.charges.turns.readLater(this.own.share, {
      goOn: () => {
        this.take(readTime);
        work.goOn();
      },
    });
    return false;
  }

  /** Whether the next line may be passed on. If not, `goOn` is called when it may. */
  mayRead(work: Piecework): boolean {
    const lines = Math.max(this.own.lines.wait, this.network?.lines.wait ?? 0);
    return this.mayGoOn(work, lines);
  }

  /** Whether the next request may begin. If not, `goOn` is called when it may. */
  mayBegin(work: Piecework): boolean {
    return this.mayGoOn(work, 0);
  }

  mark(): Mark {
    return { at: performance.now(), turn: this.charges.turns.begin(), charged: this.charged };
  }

  /**
   * Charges the processor time since `mark`, except for time that was charged separately. If another turn has
   * begun since, nothing is charged, because that time includes the work of other connections: see `markAgain`.
   */
  charge({ at, turn, charged }: Mark): void {
    if (turn === this.charges.turns.current) this.chargeFrom(at, charged);
  }

  /** Like `charge`, for work that is done in several pieces in this turn. Moves `mark` to the end of this piece. */
  chargePiece(mark: Mark): void {
    mark.at = this.chargeFrom(mark.at, mark.charged);
    mark.charged = this.charged;
  }

  /** Charges the milliseconds that so many writes have cost in their commit. */
  pay(milliseconds: number, writes: number): void {
    this.own.share.noteWrite(milliseconds / writes);
    this.take(milliseconds);
  }

  /**
   * To be called when a write begins. Its cost is estimated, until it is known after the commit.
   * @returns the argument for `writeEnded`; no login happens in between
   */
  expectWrite(): number {
    return this.charges.turns.expectWrite(this.own.share);
  }

  writeEnded(expected: number): void {
    this.own.share.writeEnded(expected);
  }

  /** @returns the time now */
  private chargeFrom(at: number, charged: number): number {
    const now = performance.now();
    const milliseconds = now - at - (this.charged - charged);
    if (milliseconds > 0) this.take(milliseconds, now);
    return now;
  }

  private take(milliseconds: number, now = performance.now()): void {
    this.charged += milliseconds;
    this.own.processor.take(milliseconds);
    this.network?.processor.take(milliseconds);
    this.charges.turns.charge(this.own.share, milliseconds, now);
  }

  /** The mark to measure from after a wait, which may have ended in another turn. */
  markAgain(mark: Mark | undefined): Mark {
    return mark?.turn === this.charges.turns.current ? mark : this.mark();
  }

  /**
   * Charges the work since `mark`. If it lasted `pieceTime`, waits for the next turn.
   * @returns the next mark
   * @throws BoardError `CONNECTION_ENDED` if nobody waits for the work any more
   */
  async breathe(mark: Mark): Promise<Mark> {
    if (mark.turn === this.charges.turns.current && performance.now() - mark.at < pieceTime) {
      return mark;
    }
    this.charge(mark);
    await this.nextTurn();
    if (this.hasLeft) throw boardError('CONNECTION_ENDED');
    return this.mark();
  }

  nextTurn(): Promise<void> {
    return this.charges.turns.next(this.own.share);
  }

  private mayGoOn(work: Piecework, least: number): boolean {
    const { own, network, charges } = this;
    const ofBusy = own.share.isLight ? 0 : charges.busyBytes.wait;
    const wait = Math.max(least, ofBusy, waitOf(own), network ? waitOf(network) : 0);
    if (wait > 0) {
      charges.counts.delays++;
      setTimeout(() => work.goOn(), wait);
      return false;
    }
    if (charges.turns.mayGoOn(own.share)) return true;
    charges.turns.defer(work);
    return false;
  }
}

function waitOf({ bytes, processor }: Allowance): number {
  return Math.max(bytes.wait, processor.wait);
}
