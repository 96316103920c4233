import type { Readable, Writable } from 'node:stream';
import type { SshKey } from '../protocol/ssh-key.ts';

/**
 * A person whom another program (our SSH server, or sshd) has authenticated, with a terminal or a command. Many
 * visitors share one process, so nothing here uses the streams, the environment or the signals of the process.
 */
export interface Visitor {
  /** What the visitor types or sends. A terminal's keys arrive raw: nothing has echoed or edited them. */
  readonly input: Readable;
  readonly output: Writable;
  /** Standard error of a command. With a terminal it may be the same stream as `output`. */
  readonly errors: Writable;
  /** Undefined without a pseudo-terminal. */
  readonly terminal: VisitorTerminal | undefined;
  /** LANG, LC_ALL, LC_CTYPE, TZ, TERM, COLORTERM and NO_COLOR, as the visitor's program sent them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the visitor asked to run. Undefined for a shell. */
  readonly command: string | undefined;
  readonly identity: Identity;
  /** Aborted when the visitor has gone. */
  readonly gone: AbortSignal;
}

/** The size of a visitor's terminal, as it is at the moment. */
export interface VisitorTerminal {
  readonly columns: number;
  readonly rows: number;
  /** Calls `listener` after each change of the size. @returns a function that ends this */
  onResize(listener: () => void): () => void;
}

/** What is known of a visitor. The board believes it, so each fact was checked by the program that states it. */
export interface Identity {
  /** Where the visitor comes from. Undefined if that is not known. */
  readonly address: { readonly ip: string; readonly port: number } | undefined;
  /** The SSH key whose signature was verified on this connection. */
  readonly key?: VisitorKey | undefined;
  /** The name that the visitor gave to ssh. Undefined behind sshd, where it is that of a system user. */
  readonly user?: string | undefined;
  /** The password of `user`, which the board has just accepted. */
  readonly password?: string | undefined;
}

/** An SSH key, as `door.login` takes it. */
interface VisitorKey {
  /** Such as `ssh-ed25519`. */
  readonly type: SshKey['type'];
  /** `SHA256:` and 43 characters of base64. */
  readonly fingerprint: string;
  readonly comment?: string | undefined;
}
