import type { TcpPlace } from '../listening.ts';

/** The levels of the log that the SSH server uses. */
export type SshLogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A message from the server to its SSH server, which is a child process. */
export type ToSsh =
  | {
      readonly type: 'start';
      readonly places: readonly TcpPlace[];
      /** The path of the host key, which is made if it is missing. */
      readonly hostKeyFile: string;
      /** The path of the vouched door. */
      readonly socket: string;
      readonly sessions: number;
    }
  | { readonly type: 'settings'; readonly sessions: number }
  | { readonly type: 'ping' }
  /** Accept no more connections, and end when the sessions have ended, or after a moment. */
  | { readonly type: 'close' };

/** A message from the SSH server. */
export type FromSsh =
  | {
      readonly type: 'listening';
      readonly addresses: readonly { readonly host: string; readonly port: number }[];
      /** Of the host key. */
      readonly fingerprint: string;
    }
  /** It cannot start. An operator can change that. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'pong' }
  | {
      readonly type: 'log';
      readonly level: SshLogLevel;
      readonly fields: Readonly<Record<string, unknown>>;
      readonly text: string;
    };
