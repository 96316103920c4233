import type { Core } from './core.ts';

/** Where a door listens. */
export interface DoorAddress {
  /** As people write it: `127.0.0.1:6789`, `unix:/run/corkboard.sock`. */
  readonly text: string;
  /** The IP address, if it has one. */
  readonly host?: string;
  readonly port?: number;
  /** Whether its connections are encrypted. */
  readonly secure: boolean;
}

/** The settings that can change while a door is open. */
export interface DoorSettings {
  /** In PEM. */
  readonly certificate?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
}

/** Where connections come from: TCP addresses, a Unix socket, an HTTP port. */
export interface Door {
  /** A label in metrics and logs. */
  readonly name: string;
  /**
   * Begins to accept. It is called once.
   * @throws ListenError if it cannot; it then leaves nothing open
   */
  open(core: Core): Promise<readonly DoorAddress[]>;
  /** Applies settings to connections to come. @throws the error of OpenSSL, and then nothing has changed */
  reload?(settings: DoorSettings): void;
  /**
   * Accepts no more requests, answers the accepted ones, sends the peers `reason`, and closes their
   * connections. Settles within a few seconds, whatever the peers do. A door that is not open, or closed
   * already, stays closed.
   */
  close(reason: string): Promise<void>;
}
