// Maximum number of lines that wait.
const most = 1000;

const atOnce = /^[%/](help|password|connect|exit|quit)(?![^ \t])/i;

/** Whether a line runs before those that wait: it asks nothing of the board, holds a secret, or ends the waiting. */
export function runsAtOnce(line: string): boolean {
  return atOnce.test(line.trimStart());
}

/**
 * Lines that the user types while a command waits for the connection. They are run after it and in their order: a
 * `%go` before them decides where they are posted, and a command that reads a text takes them as its lines.
 */
export class LateLines {
  private readonly lines: string[] = [];
  private busy = false;

  /** Whether a command waits, or runs after it has waited. Further lines are then added. */
  get isBusy(): boolean {
    return this.busy;
  }

  /** @returns false if too many lines wait; the line is then dropped */
  add(line: string): boolean {
    if (this.lines.length >= most) return false;
    this.lines.push(line);
    return true;
  }

  /** The next line that waits, for a command that reads a text. */
  take(): string | undefined {
    return this.lines.shift();
  }

  /** Drops all lines that wait. @returns them */
  giveUp(): string[] {
    return this.lines.splice(0);
  }

  /**
   * Runs the lines that wait, once `command` has ended.
   * @param ended called after each command
   */
  async runAfter(
    command: Promise<unknown>,
    run: (line: string) => Promise<unknown>,
    ended: () => void,
  ): Promise<void> {
    this.busy = true;
    try {
      await command;
      ended();
      for (let line = this.take(); line !== undefined; line = this.take()) {
        await run(line);
        ended();
      }
    } finally {
      this.busy = false;
    }
  }
}
