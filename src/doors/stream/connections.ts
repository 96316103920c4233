import type { Readable } from 'node:stream';
import type { Core } from '../../core/core.ts';
import { closingNotice } from '../../core/session.ts';
import type { Wire } from '../../core/wire.ts';
import type { DialectChoice } from '../dialects/by-first-bytes.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { WorkingConnections } from './resting.ts';

// How long accepted requests may still run when a door closes, and how long the peers then have to
// close their connections, in milliseconds.
const drainTime = 2000;
const closingTime = 1500;

export interface ConnectionsOptions {
  /** The name of the door. */
  readonly door: string;
  readonly choice: DialectChoice;
  /** Whether a pause ends a line: see `Connection`. */
  readonly unframedClients: boolean;
}

/** The connections of one door. */
export class Connections {
  private readonly all = new Set<Connection>();
  private readonly options: ConnectionOptions;
  private emptied: (() => void) | undefined;

  constructor(core: Core, options: ConnectionsOptions) {
    core.register(options.door, options.choice.dialects);
    this.options = {
      core,
      ...options,
      working: new WorkingConnections(),
      closed: (connection) => this.closed(connection),
    };
  }

  /** Begins to serve a peer that was let in. */
  enter(wire: Wire): void {
    const { stream, first } = wire;
    const connection = new Connection(wire, this.options);
    this.all.add(connection);
    stream.resume();
    if (first) connection.streamData(first);
    if ((stream as Readable).readableEnded) connection.streamEnded();
  }

  /**
   * Reads no more requests, lets the accepted ones finish, sends every peer a closing notice and
   * closes. Settles within `drainTime` plus `closingTime`, whatever the peers do. The caller destroys a
   * connection that is still open then.
   */
  async close(reason: string): Promise<void> {
    for (const connection of this.all) connection.retire(closingNotice('SHUTTING_DOWN', reason));
    await this.untilEmpty(drainTime);
    for (const { session } of this.all) session.close('SHUTTING_DOWN', reason);
    await this.untilEmpty(closingTime);
  }

  private closed(connection: Connection): void {
    this.all.delete(connection);
    if (this.all.size === 0) this.emptied?.();
  }

  private async untilEmpty(milliseconds: number): Promise<void> {
    if (this.all.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.emptied = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
