import type { Core } from '../../core/core.ts';
import type { Door, DoorAddress } from '../../core/door.ts';
import type { Entrance } from '../arriving/entrance.ts';
import { backlog, Listeners } from '../arriving/listeners.ts';
import { jsonOnly } from '../dialects/by-first-bytes.ts';
import { Connections } from '../stream/connections.ts';
import { listenBeside, pathTooLong } from '../unix/board-socket.ts';
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
    const { log } = core;
    const without =
      'the socket for people who come by ssh could not be made; all others are served';
    const path = vouchedSocket(database);
    if (path === undefined) {
      log.warn({ database }, pathTooLong(without));
      return [];
    }
    const connections = new Connections(core, {
      door: this.name,
      choice: jsonOnly,
      unframedClients: false,
    });
    const { keepAliveDelay } = core.limits;
    const address = `unix:${path}`;
    const listeners = new Listeners({
      entrance,
      connections,
      address,
      vouched: true,
      keepAliveDelay,
    });
    const listener = listeners.create();
    if (!(await listenBeside(listener, { path, without, log, backlog, made }))) return [];
    listeners.started(listener);
    this.listeners = listeners;
    return [{ text: path, secure: false }];
  }

  async close(reason: string): Promise<void> {
    await this.listeners?.close(reason);
  }
}
