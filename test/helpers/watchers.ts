/** What waits for a screen to show something. */
export class Watchers {
  private readonly checks = new Set<() => void>();

  constructor(
    /** How long something may take to appear before the test fails, in milliseconds. */
    private readonly patience: number,
    private readonly screen: () => string,
  ) {}

  /** Called when the screen has changed. */
  look(): void {
    for (const check of this.checks) check();
  }

  /** Waits until the screen shows `what`. */
  shows(what: string | RegExp): Promise<void> {
    return this.until(() =>
      typeof what === 'string' ? this.screen().includes(what) : what.test(this.screen()),
    );
  }

  /** Waits until `holds`; fails with the screen if that takes too long. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.checks.delete(check);
        settle();
      };
      const check = () => {
        if (holds()) finish(resolve);
      };
      const timer = setTimeout(() => {
        finish(() => reject(new Error(`waited in vain; the screen:\n${this.screen()}`)));
      }, this.patience);
      this.checks.add(check);
      check();
    });
  }
}
