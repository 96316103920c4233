import { SingleBar } from 'cli-progress';
import ms from 'ms';

// In milliseconds. Work that is done sooner shows no progress.
const showAfter = 1000;

/** Shows the progress of long work, its rate, and the time left, if standard error is a terminal. */
export class Progress {
  private readonly started = performance.now();
  private readonly bar: SingleBar;
  private shown = false;

  constructor(
    private total: number,
    unit: string,
    /** How much was done before this run. */
    private readonly from = 0,
  ) {
    this.bar = new SingleBar({
      format: `{bar} {percentage}% | {value} of {total} ${unit} | {rate}/s | {left} left`,
      clearOnComplete: true,
      // Cut to the width of the terminal, whose own settings stay as they are.
      linewrap: true,
      gracefulExit: false,
    });
  }

  /** @param total if it was not known before */
  update(done: number, total = this.total): void {
    this.total = total;
    const elapsed = performance.now() - this.started;
    const now = done - this.from;
    if (elapsed < showAfter || now <= 0) return;
    const left = Math.max(0, this.total - done) * (elapsed / now);
    const rate = Math.round((now / elapsed) * 1000);
    const payload = { rate, left: ms(Math.round(left)) };
    if (this.shown) this.bar.update(done, payload);
    else this.bar.start(this.total, done, payload);
    this.shown = true;
  }

  stop(): void {
    this.bar.stop();
  }
}
