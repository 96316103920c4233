import type { ServerCounts } from '../metrics/counts.ts';
import { limits as fixed, type ServerLimits } from '../protocol/limits.ts';
import { Allowance, Allowances, networkRates, strangerRates, userRates } from './allowance.ts';
import { Rate, spend } from './rate.ts';
import { type Piecework, Share, Turns } from './turns.ts';

// A connection reads so many bytes in a turn, about: what the system hands over at once. Otherwise it hands over 32 times
// as many to each connection that has them, before anyone else has a turn.
const readPiece = 64 * 1024;
// What it takes to read them, before they are looked at, in milliseconds: nothing of ours runs meanwhile, and could measure it.
const readTime = 0.1;

// How long a long answer is made before the others get their turn, in milliseconds.
const pieceTime = 0.5;

/** A moment from which processor time is measured. */
export interface Mark {
  at: number;
  turn: number;
  /** What the connection had been charged by then. */
  charged: number;
}

/** What a write under way is expected to cost, and whom. */
export interface Expectation {
  readonly share: Share;
  readonly milliseconds: number;
}

/** What the connections of a server share to be charged for what they cost. */
export class Charges {
  readonly turns = new Turns();
  /**
   * Bytes of everyone who is busy. Where bytes are large, they are paid for later, by everyone: the garbage collector
   * stops the event loop once for every so many of them, whoever they were of.
   */
  readonly busyBytes: Rate;
  private readonly users: Allowances<number>;
  private readonly networks: Allowances<string>;
  private readonly strangers: ReturnType<typeof strangerRates>;
  private readonly strangersShare = new Share();

  constructor(
    private readonly limits: ServerLimits,
    readonly counts: Pick<ServerCounts, 'delays'>,
  ) {
    this.users = new Allowances(userRates(limits));
    this.networks = new Allowances(networkRates(limits));
    this.strangers = strangerRates(limits);
    const perSecond = limits.commandsPerSecond === 0 ? 0 : fixed.busyBytesPerSecond;
    this.busyBytes = new Rate(perSecond, fixed.busyByteBurst);
  }

  /** @param network undefined for one that is exempt */
  connect(network: string | undefined): Costs {
    const hasRates = this.limits.commandsPerSecond > 0 && this.limits.networkCommandsPerSecond > 0;
    return new Costs(
      this,
      new Allowance(this.strangers, this.strangersShare),
      network !== undefined && hasRates ? this.networks.use(network) : undefined,
    );
  }

  user(id: number): Allowance {
    return this.users.use(id);
  }

  leave(user: Allowance | undefined, network: Allowance | undefined): void {
    if (user) this.users.leave(user);
    if (network) this.networks.leave(network);
  }
}

/**
 * What one connection costs, charged to its user and its network. Commands beyond their rate are
 * refused; what costs more bytes or more processor time than it may is delayed.
 */
export class Costs {
  /** Milliseconds of processor time so far. */
  private charged = 0;
  private readonly commands: Rate[];
  private isUser = false;
  /** Bytes read since it last waited for a turn to read more. */
  private justRead = 0;

  constructor(
    private readonly charges: Charges,
    private own: Allowance,
    private readonly network: Allowance | undefined,
  ) {
    this.commands = network ? [own.commands, network.commands] : [own.commands];
  }

  /** From the login on the user is charged. The login itself was a command of theirs. */
  enter(userId: number): void {
    this.isUser = true;
    this.own = this.charges.user(userId);
    this.own.commands.take();
    this.commands[0] = this.own.commands;
  }

  /** The connection has ended. */
  leave(): void {
    this.charges.leave(this.isUser ? this.own : undefined, this.network);
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

  /** Whether more may be read in this turn; if not, `goOn` is called when it may be. */
  mayReadOn(work: Piecework): boolean {
    if (this.justRead < readPiece) return true;
    this.justRead = 0;
    this.charges.turns.later(this.own.share, {
      goOn: () => {
        this.take(readTime);
        work.goOn();
      },
    });
    return false;
  }

  /** Whether the next line may be handed on; if not, `goOn` is called when it may be. */
  mayRead(work: Piecework): boolean {
    const lines = Math.max(this.own.lines.wait, this.network?.lines.wait ?? 0);
    return this.mayGoOn(work, lines);
  }

  /** Whether the next request may begin; if not, `goOn` is called when it may. */
  mayBegin(work: Piecework): boolean {
    return this.mayGoOn(work, 0);
  }

  mark(): Mark {
    return { at: performance.now(), turn: this.charges.turns.begin(), charged: this.charged };
  }

  /**
   * Charges the processor time since `mark`, but for what was charged meanwhile. What has waited
   * for another turn is not charged: nobody knows what that turn was used for.
   */
  charge({ at, turn, charged }: Mark): void {
    const { turns } = this.charges;
    if (turn !== turns.current) return;
    const milliseconds = performance.now() - at - (this.charged - charged);
    if (milliseconds <= 0) return;
    this.take(milliseconds);
  }

  /** Charges what a write has cost. */
  pay(milliseconds: number): void {
    this.own.share.noteWrite(milliseconds);
    this.take(milliseconds);
  }

  /** A write begins: what it will cost is known after its commit, and expected until then. */
  expectWrite(): Expectation {
    const { share } = this.own;
    return { share, milliseconds: this.charges.turns.expectWrite(share) };
  }

  private take(milliseconds: number): void {
    this.charged += milliseconds;
    this.own.processor.take(milliseconds);
    this.network?.processor.take(milliseconds);
    this.charges.turns.charge(this.own.share, milliseconds);
  }

  /** Where something waited for another turn: the mark from which its time is measured again. */
  markAgain(mark: Mark): Mark {
    return mark.turn === this.charges.turns.current ? mark : this.mark();
  }

  /** Charges what was done since `mark`; if that was much, waits for the next turn. @returns the next mark */
  async breathe(mark: Mark): Promise<Mark> {
    if (mark.turn === this.charges.turns.current && performance.now() - mark.at < pieceTime) {
      return mark;
    }
    this.charge(mark);
    await this.nextTurn();
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
