import type { Core } from '../../core/core.ts';
import type { Door, DoorAddress } from '../../core/door.ts';
import type { Entrance } from '../arriving/entrance.ts';
import { backlog, Listeners } from '../arriving/listeners.ts';
import { jsonOnly } from '../dialects/by-first-bytes.ts';
import { Connections } from '../stream/connections.ts';
import { listenBeside } from '../unix/board-socket.ts';
import { fitsSocket } from '../unix/socket-file.ts';

/** The path of the vouched socket of the server of a database; undefined if a socket cannot have such a path. */
export function vouchedSocket(database: string): string | undefined {
  const path = `${database}.door`;
  return fitsSocket(path) ? path : undefined;
}

export interface VouchedDoorOptions {
  /** The path of the database. */
  readonly database: string;
  readonly entrance: Entrance;
  /** Called once the socket exists. */
  readonly made: (path: string) => void;
}

/**
 * A Unix socket for programs that authenticate people themselves, such as the SSH server: only its owner can connect to it,
 * and what its peers say of a person is believed. Each connection begins with a header of the PROXY protocol, which says
 * from which address the person comes (LOCAL or UNKNOWN for none), so that bans and limits count that address. After it
 * comes JSON-RPC, with the methods `door.look` and `door.login` that no other door has.
 *
 * If the server cannot create the socket, it logs that and serves its members all the same.
 */
export class VouchedDoor implements Door {
  readonly name = 'vouched';
  private listeners: Listeners | undefined;

  constructor(private readonly options: VouchedDoorOptions) {}

  async open(core: Core): Promise<DoorAddress[]> {
    const { database, entrance, made } = this.options;
    const connections = new Connections(core, {
      door: this.name,
      choice: jsonOnly,
      unframedClients: false,
    });
    const { keepAliveDelay } = core.limits;
    const path = vouchedSocket(database);
    const address = `unix:${path}`;
    const listeners = new Listeners({
      entrance,
      connections,
      address,
      vouched: true,
      keepAliveDelay,
    });
    const listener = listeners.create();
    const without =
      'the socket for people who come by ssh could not be made; all others are served';
    const { log } = core;
    const at = await listenBeside(listener, { database, path, without, log, backlog, made });
    if (at === undefined) return [];
    listeners.started(listener);
    this.listeners = listeners;
    return [{ text: at, secure: false }];
  }

  async close(reason: string): Promise<void> {
    await this.listeners?.close(reason);
  }
}
