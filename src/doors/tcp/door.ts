import type { Core } from '../../core/core.ts';
import type { Door, DoorAddress, DoorSettings } from '../../core/door.ts';
import { formatAddress } from '../../protocol/address.ts';
import type { Entrance } from '../arriving/entrance.ts';
import { backlog, Listeners } from '../arriving/listeners.ts';
import type { Handshakes } from '../arriving/tls.ts';
import { byFirstBytes } from '../dialects/by-first-bytes.ts';
import { listenOn, type TcpPlace } from '../listening.ts';
import { Connections } from '../stream/connections.ts';

export interface TcpDoorOptions {
  /** All places with the port 0 get the same free port. */
  readonly places: readonly TcpPlace[];
  readonly entrance: Entrance;
  /** With it, the door speaks TLS and nothing else. */
  readonly handshakes: Handshakes | undefined;
  /** Whether a pause ends a line: see `Connection`. */
  readonly unframedClients: boolean;
}

/** TCP addresses, with or without TLS: text and JSON-RPC. */
export class TcpDoor implements Door {
  readonly name: 'tcp' | 'tls';
  private listeners: Listeners | undefined;

  constructor(private readonly options: TcpDoorOptions) {
    this.name = options.handshakes ? 'tls' : 'tcp';
  }

  async open(core: Core): Promise<DoorAddress[]> {
    const { places, entrance, handshakes, unframedClients } = this.options;
    const how = { door: this.name, choice: byFirstBytes, unframedClients };
    const { keepAliveDelay } = core.limits;
    const connections = new Connections(core, how);
    const listeners = new Listeners({ entrance, handshakes, keepAliveDelay, connections });
    this.listeners = listeners;
    const addresses: DoorAddress[] = [];
    try {
      for (const place of places) {
        const listener = listeners.create();
        const port = place.port || (addresses[0]?.port ?? 0);
        const { address: host, ...bound } = await listenOn(listener, { ...place, port, backlog });
        listeners.started(listener);
        const text = formatAddress({ host, port: bound.port });
        addresses.push({ text, host, port: bound.port, secure: handshakes !== undefined });
      }
    } catch (error) {
      listeners.stop();
      throw error;
    }
    return addresses;
  }

  reload({ certificate }: DoorSettings): void {
    if (certificate) this.options.handshakes?.change(certificate);
  }

  async close(reason: string): Promise<void> {
    await this.listeners?.close(reason);
  }
}
