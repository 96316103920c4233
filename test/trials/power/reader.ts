import type { Judge } from './blackout.ts';
import { succeeded } from './recording.ts';
import type { Story } from './stories.ts';
import type { Step } from './trace.ts';

/** Knows whether the command of a story has said that it is done. */
export class Reader implements Judge {
  acknowledged = 0;

  constructor(private readonly story: Story) {}

  take(step: Step): void {
    if (step.kind === 'printed' && step.text.includes(succeeded)) this.acknowledged++;
  }

  check(folder: string): void | Promise<void> {
    return this.story.check(folder, this.acknowledged > 0);
  }
}
