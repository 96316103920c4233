import type { Core } from '../../core/core.ts';
import type { Door, DoorAddress } from '../../core/door.ts';
import type { Entrance } from '../arriving/entrance.ts';
import { backlog, Listeners } from '../arriving/listeners.ts';
import { byFirstBytes } from '../dialects/by-first-bytes.ts';
import { Connections } from '../stream/connections.ts';
import { listenAt } from './socket-file.ts';

export interface UnixDoorOptions {
  /** Absolute. */
  readonly path: string;
  readonly entrance: Entrance;
  /** Whether a pause ends a line: see `Connection`. */
  readonly unframedClients: boolean;
  /** Called once the socket exists. */
  readonly made: (path: string) => void;
}

/**
 * A Unix socket that only its owner can connect to: text and JSON-RPC. Its peers are on this machine, so
 * they are exempt from the limits per address and from bans.
 */
export class UnixDoor implements Door {
  readonly name = 'unix';
  private listeners: Listeners | undefined;

  constructor(private readonly options: UnixDoorOptions) {}

  async open(core: Core): Promise<DoorAddress[]> {
    const { path, entrance, unframedClients, made } = this.options;
    const address = `unix:${path}`;
    const connections = new Connections(core, {
      door: this.name,
      choice: byFirstBytes,
      unframedClients,
    });
    const { keepAliveDelay } = core.limits;
    this.listeners = new Listeners({ entrance, connections, address, keepAliveDelay });
    const listener = this.listeners.create();
    await listenAt(listener, path, backlog);
    this.listeners.started(listener);
    made(path);
    return [{ text: address, secure: false }];
  }

  async close(reason: string): Promise<void> {
    await this.listeners?.close(reason);
  }
}
