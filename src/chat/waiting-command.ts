/**
 * The command under way, and whether it waits for the connection. If it does, the user gets the prompt
 * back, and the command prints its result later.
 */
export class WaitingCommand {
  /** Calls that are not answered yet. */
  private calls = 0;
  private release: (() => void) | undefined;

  /** Whether calls of the command are not answered yet. */
  get isWaiting(): boolean {
    return this.calls > 0;
  }

  /** Counts a call until it is answered. */
  async counted<T>(answer: Promise<T>): Promise<T> {
    this.calls++;
    try {
      return await answer;
    } finally {
      this.calls--;
    }
  }

  /** Asks the user. Until the answer, a lost connection does not bring the prompt back. */
  async attended<T>(question: () => Promise<T>): Promise<T> {
    const { release } = this;
    this.release = undefined;
    try {
      return await question();
    } finally {
      this.release = release;
    }
  }

  /** Brings the prompt back if a call waits for the lost connection. */
  connectionIsLost(): void {
    if (this.isWaiting) this.release?.();
  }

  /** Runs a command. @returns false if the prompt came back before `run` has finished */
  async isDone(run: () => Promise<unknown>): Promise<boolean> {
    const released = new Promise<boolean>((resolve) => {
      this.release = () => resolve(false);
    });
    const isDone = await Promise.race([released, run().then(() => true)]);
    this.release = undefined;
    return isDone;
  }
}
