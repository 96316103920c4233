import type { Logger } from 'pino';
import { networkOf } from '../board/addresses.ts';
import type { Incidents } from './incidents.ts';
import { Rate } from './rate.ts';

// Lines about the sessions of one network: so many at once, and so many a second from then on.
const burst = 100;
const perSecond = 1;
// Networks that are remembered for each level. One that is forgotten has its burst again.
const mostNetworks = 10_000;

export type Level = 'debug' | 'info' | 'error';

/**
 * The lines of the log about sessions. One stranger who is refused again and again must not fill the disk: lines of
 * one network that go past its budget are counted, and logged as one line by `Incidents`. A log of the level
 * `debug` is for following everything, and has all its lines.
 */
export class SessionLog {
  // Each level has budgets of its own, so that logins hide no bug.
  private readonly budgets = { info: new Map<string, Rate>(), error: new Map<string, Rate>() };

  constructor(
    private readonly logger: Logger,
    private readonly incidents: Incidents,
  ) {}

  /** Whether the log has lines of that level. */
  has(level: Level): boolean {
    return this.logger.isLevelEnabled(level);
  }

  /** @param words what happened: one of few sentences, the same each time */
  add(level: Level, address: string, fields: object, words: string): void {
    if (!this.has(level)) return;
    if (level !== 'debug' && !this.has('debug') && !this.spend(this.budgets[level], address)) {
      this.incidents.count(words, address);
      return;
    }
    this.logger[level](fields, words);
  }

  private spend(budgets: Map<string, Rate>, address: string): boolean {
    const network = networkOf(address);
    const rate = budgets.get(network) ?? new Rate(perSecond, burst);
    if (!budgets.has(network)) {
      const [oldest] = budgets.keys();
      if (budgets.size >= mostNetworks && oldest !== undefined) budgets.delete(oldest);
      budgets.set(network, rate);
    }
    if (rate.wait > 0) return false;
    rate.take();
    return true;
  }
}
