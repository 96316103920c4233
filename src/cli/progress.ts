import { type Format, type Options, SingleBar } from 'cli-progress';

// Milliseconds: what is done sooner shows no progress.
const patience = 1000;

/** How far long work is, with its rate and the time left: on a terminal, on standard error. */
export class Progress {
  private readonly started = performance.now();
  private readonly bar: SingleBar;
  private shown = false;

  constructor(
    private readonly total: number,
    unit: string,
  ) {
    this.bar = new SingleBar({
      format: `{bar} {percentage}% | {value} of {total} ${unit} | {rate}/s | {eta_formatted} left`,
    });
  }
}
