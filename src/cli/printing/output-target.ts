import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { requireNoBoardFile, requireNotRedirected } from '../../storage/sqlite/file/board-files.ts';
import { syncEvery, withPath } from '../../storage/sqlite/file/files.ts';
import { PartialFile } from '../../storage/sqlite/file/partial-file.ts';
import { UserError } from '../errors.ts';

/** The destination of output that is too large for the memory. */
export interface OutputTarget {
  /** Resolves with false once the reader has closed it. */
  write(text: string): Promise<boolean>;
  finish(): Promise<void>;
  /** Deletes the unfinished output. */
  discard(): Promise<void>;
}

/** Standard output, at the speed of its reader. */
export class StandardOutput implements OutputTarget {
  /**
   * @param stop stops waiting for a reader that does not read
   * @throws DatabaseError if a shell has redirected it to a file of the board
   */
  constructor(
    database: string,
    private readonly stop: AbortSignal,
  ) {
    requireNotRedirected(process.stdout.fd, database);
  }

  async write(text: string): Promise<boolean> {
    const { stdout } = process;
    if (!stdout.write(text) && stdout.writable) await written(stdout, this.stop);
    // A file accepts everything at once. Without a pause, Ctrl-C and the progress would wait.
    else await nextTurn();
    return stdout.writable;
  }

  async finish(): Promise<void> {}

  async discard(): Promise<void> {}
}

/** Waits until there is room, the reader has closed the stream, or `stop` is aborted. */
async function written(stream: NodeJS.WriteStream, stop: AbortSignal): Promise<void> {
  const done = new AbortController();
  const signal = AbortSignal.any([stop, done.signal]);
  const events = ['drain', 'close', 'error'].map((event) => once(stream, event, { signal }));
  try {
    await Promise.race(events);
  } catch {
    // `outputFailed` reports an error of the stream, and the caller checks `stop`.
  } finally {
    done.abort();
    await Promise.allSettled(events);
  }
}

/**
 * A file that only its owner can read. It is written under another name in the same folder, and
 * renamed when it is complete and on disk.
 */
export class OutputFile implements OutputTarget {
  private unsynced = 0;

  private constructor(
    private readonly file: string,
    private readonly partial: PartialFile,
    private readonly handle: FileHandle,
    private readonly force: boolean,
  ) {}

  /**
   * @param database the board of the command: none of its files is overwritten
   * @throws UserError if the file exists, without `force`; DatabaseError if it belongs to a board, cannot
   * be created, or is being written by another process
   */
  static async create(
    file: string,
    database: string,
    { force = false }: { force?: boolean },
  ): Promise<OutputFile> {
    requireNoBoardFile(file, database);
    requireFree(file, force);
    const partial = PartialFile.create(file, database);
    return new OutputFile(file, partial, await open(partial.path, 'r+'), force);
  }

  async write(text: string): Promise<boolean> {
    try {
      await this.handle.appendFile(text);
      this.unsynced += text.length;
      if (this.unsynced >= syncEvery) await this.sync();
      return true;
    } catch (error) {
      throw withPath(error, this.file);
    }
  }

  async finish(): Promise<void> {
    await this.handle.close();
    requireFree(this.file, this.force);
    this.partial.finish();
  }

  async discard(): Promise<void> {
    this.partial.discard();
    await this.handle.close();
  }

  private async sync(): Promise<void> {
    this.unsynced = 0;
    await this.handle.datasync();
  }
}

/** @throws UserError */
function requireFree(file: string, force: boolean): void {
  if (!existsSync(file)) return;
  if (!statSync(file).isFile())
    throw new UserError(`${file} is not a regular file. Name another file.`);
  if (!force) throw new UserError(`${file} is there already. Add --force to overwrite it.`);
}
