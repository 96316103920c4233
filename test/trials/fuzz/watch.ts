// How often the event loop is looked at, in milliseconds.
const interval = 1;

/**
 * Watches how long the event loop stands still, in processor time of this process: what other processes of a busy
 * machine take does not count.
 */
export class LoopWatch {
  private timer: NodeJS.Timeout | undefined;
  private used = process.cpuUsage();
  /** The longest stop so far, in milliseconds. */
  longest = 0;

  start(): void {
    this.used = process.cpuUsage();
    this.timer = setInterval(() => this.look(), interval);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { user, system } = process.cpuUsage(this.used);
    this.longest = Math.max(this.longest, (user + system) / 1000);
    this.used = process.cpuUsage();
  }
}
