import type { Logger } from 'pino';
import { networkOf } from '../board/addresses.ts';
import type { Incidents } from './incidents.ts';
import { Rate } from './rate.ts';

// How many lines the sessions of one network may add at once, and how many a second after that.
const burst = 100;
const perSecond = 1;
// For how many networks each level keeps a budget. A network that is dropped has its burst again.
const mostNetworks = 10_000;

export type Level = 'debug' | 'info' | 'error';

/**
 * The lines of the log about sessions. A peer that is refused again and again must not fill the disk. Lines
 * past the budget of a network are counted, and `Incidents` logs them as one line. A log of the level `debug`
 * has all lines.
 */
export class SessionLog {
  // Each level has budgets of its own, so that many logins do not hide an error.
  private readonly budgets = { info: new Map<string, Rate>(), error: new Map<string, Rate>() };

  constructor(
    private readonly logger: Logger,
    private readonly incidents: Incidents,
  ) {}

  /** Whether the log has lines of that level. */
  has(level: Level): boolean {
    return this.logger.isLevelEnabled(level);
  }

  /** @param words what happened: one of a few fixed sentences */
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
