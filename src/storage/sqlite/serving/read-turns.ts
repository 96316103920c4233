// Logins that begin in one turn of the event loop: about 2 ms of work, by which many logins delay a post.
const perTurn = 8;

/**
 * Lets a few logins begin in each turn of the event loop. When thousands of members come back, all of their requests
 * may arrive in one turn, and no commit would begin before the last of them is answered.
 */
export class ReadTurns {
  private readonly waiting: (() => void)[] = [];
  private begun = 0;

  /** Resolves when the next read may begin; undefined if that is now. */
  enter(): Promise<void> | undefined {
    if (this.begun === 0) setImmediate(() => this.nextTurn());
    if (this.begun < perTurn) {
      this.begun++;
      return undefined;
    }
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  private nextTurn(): void {
    const next = this.waiting.splice(0, perTurn);
    this.begun = next.length;
    if (next.length > 0) setImmediate(() => this.nextTurn());
    for (const begin of next) begin();
  }
}
