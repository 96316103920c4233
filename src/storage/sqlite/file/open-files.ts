import { identityOf } from './identity.ts';

/** A file that a server has open is not at its path any more, so further writes would be lost. */
export class LostFileError extends Error {
  override readonly name = 'LostFileError';

  constructor(
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

/** The device and inode of each file, when it was opened. */
export type Identities = readonly (readonly [path: string, identity: string | undefined])[];

/**
 * The files that a connection has open. The system does not notify a process when another process removes their
 * names or gives them to other files. SQLite then writes on to files that vanish with the process.
 * Each check asks the system for device and inode at the paths.
 */
export class OpenFiles {
  /**
   * @param file a database that is open in WAL mode: its log and the log's index are there
   * @param expected what another `OpenFiles` of the file has found
   */
  constructor(
    private readonly file: string,
    readonly expected: Identities = identities(file),
  ) {}

  /** The first file that is not in its place; undefined if all are. */
  lost(): LostFileError | undefined {
    for (const [path, before] of this.expected) {
      const now = identityOf(path);
      if (now === before) continue;
      const what = now === undefined ? 'is gone: it was removed or moved' : 'is another file now';
      return new LostFileError(path, `${path} ${what}. ${this.advice(path, now)}`);
    }
    return undefined;
  }

  /** Whether the log was removed while the database is still there. */
  get isLogAlone(): boolean {
    const [, ...besides] = this.expected;
    return (
      identityOf(this.file) === this.expected[0]?.[1] &&
      besides.some(([p, i]) => identityOf(p) !== i)
    );
  }

  private advice(path: string, now: string | undefined): string {
    if (path !== this.file) {
      return 'Restart the server, but not before it has logged that the database has everything.';
    }
    const back = 'Move it back, with what is beside it, and the server goes on';
    return now === undefined
      ? `${back}. Do not stop the server before: docs/operations.md says how to copy the open file.`
      : `${back}; or restart the server to use the file that is there now.`;
  }
}

function identities(file: string): Identities {
  const paths = [file, `${file}-wal`, `${file}-shm`];
  return paths.map((path) => [path, identityOf(path)]);
}
