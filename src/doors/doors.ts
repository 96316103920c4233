import type { Door } from '../core/door.ts';
import type { Entrance } from './arriving/entrance.ts';
import type { Handshakes } from './arriving/tls.ts';
import type { Listening } from './listening.ts';
import { TcpDoor } from './tcp/door.ts';
import { UnixDoor } from './unix/door.ts';

export interface DoorsOptions {
  readonly entrance: Entrance;
  /** For `tls`. */
  readonly handshakes: Handshakes | undefined;
  /** Whether a pause ends a line: see `Connection`. */
  readonly unframedClients: boolean;
  /** Called with the path of each Unix socket once it exists. */
  readonly made: (path: string) => void;
}

/** The doors at the addresses that people and programs connect to. */
export function doorsAt(all: readonly Listening[], options: DoorsOptions): Door[] {
  return all.map((at) => {
    if (at.scheme === 'unix') return new UnixDoor({ path: at.path, ...options });
    const handshakes = at.scheme === 'tls' ? options.handshakes : undefined;
    return new TcpDoor({ ...options, places: at.places, handshakes });
  });
}
