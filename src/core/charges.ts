import type { ServerCounts } from '../metrics/counts.ts';
import { limits as fixed, type ServerLimits } from '../protocol/limits.ts';
import { Allowance, Allowances, networkRates, strangerRates, userRates } from './allowance.ts';
import { Costs, type SharedBudgets } from './costs.ts';
import { Rate } from './rate.ts';
import { Share, Turns } from './turns.ts';

// How many times as much as strangers all users together may send without the end of a line.
const unfinishedOfUsers = 2;

/** The accounts of all connections of a server: each connection is charged for its costs. */
export class Charges implements SharedBudgets {
  readonly turns = new Turns();
  /**
   * Limits the bytes of all busy parties together, because garbage collection stops the event loop for everyone,
   * and comes sooner the more bytes arrive.
   */
  readonly busyBytes: Rate;
  /** Limit the bytes that all strangers together, and all users, send without the end of a line beyond their own budgets. */
  readonly unfinished: { readonly strangers: Rate; readonly users: Rate };
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
    const of = (perSecond: number, burst: number) =>
      new Rate(limits.commandsPerSecond === 0 ? 0 : perSecond, burst);
    this.busyBytes = of(fixed.busyBytesPerSecond, fixed.busyByteBurst);
    const unfinished = (part: number) =>
      of(part * fixed.unfinishedPerSecond, part * fixed.unfinishedBurst);
    this.unfinished = { strangers: unfinished(1), users: unfinished(unfinishedOfUsers) };
  }

  /**
   * @param network undefined for a connection that is exempt from limits per network
   * @param user the id of the user that is logged in
   */
  connect(network: string | undefined, user?: number): Costs {
    const hasRates = this.limits.commandsPerSecond > 0 && this.limits.networkCommandsPerSecond > 0;
    return new Costs(
      this,
      user === undefined
        ? new Allowance(this.strangers, this.strangersShare)
        : this.users.use(user),
      network !== undefined && hasRates ? this.networks.use(network) : undefined,
      user,
    );
  }

  user(id: number): Allowance {
    return this.users.use(id);
  }

  leave(user: Allowance | undefined, network: Allowance | undefined): void {
    if (user) this.users.leave(user);
    if (network) this.networks.leave(network);
  }

  /** Like `leave`, for a user whose allowance is full. */
  leaveFull(id: number, user: Allowance, network: Allowance | undefined): void {
    this.users.leaveFull(id, user);
    this.leave(undefined, network);
  }
}
