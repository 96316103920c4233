// Milliseconds from one look at the connections that work to the next.
const interval = 1000;
// Connections that are looked at in one turn of the event loop: 0.1 ms of work.
const looksAtOnce = 500;

/** A connection that has parts which it needs only while it works. */
export interface Working {
  /** Drops the parts if it is idle. @returns whether it has none any more that are worth dropping */
  rest(): boolean;
}

/** The connections that have worked recently. Once a second, those that are idle drop their parts. */
export class WorkingConnections {
  private all: Working[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** To be called by a connection that makes its parts. */
  add(connection: Working): void {
    this.all.push(connection);
    this.timer ??= setTimeout(() => this.begin(), interval).unref();
  }

  private begin(): void {
    const { all } = this;
    this.all = [];
    this.look(all, 0);
  }

  /** Thousands may have worked in the last second, so others have their turn in between. */
  private look(all: readonly Working[], from: number): void {
    const some = all.slice(from, from + looksAtOnce);
    for (const connection of some) if (!connection.rest()) this.all.push(connection);
    const next = from + looksAtOnce;
    if (next < all.length) {
      setImmediate(() => this.look(all, next));
      return;
    }
    const isNeeded = this.all.length > 0;
    this.timer = isNeeded ? setTimeout(() => this.begin(), interval).unref() : undefined;
  }
}
