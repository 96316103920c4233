import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { requireNoBoardFile, requireNotRedirected } from '../../storage/sqlite/file/board-files.ts';
import { syncEvery, withPath } from '../../storage/sqlite/file/files.ts';
import { PartialFile } from '../../storage/sqlite/file/partial-file.ts';
import { UserError } from '../errors.ts';

/** Where something goes that is too large to be held. */
export interface OutputTarget {
  /** Resolves with false once nobody reads any more. */
  write(text: string): Promise<boolean>;
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/** Standard output, at the pace of who reads it. */
export class StandardOutput implements OutputTarget {
  /**
   * @param stop ends the wait for a reader that reads nothing
   * @throws DatabaseError where a shell has redirected it to a file of the board
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
    // What takes all at once, as a file does, would keep Ctrl-C and the progress waiting.
    else await nextTurn();
    return stdout.writable;
  }

  async finish(): Promise<void> {}

  async discard(): Promise<void> {}
}

/** Until there is room, or nobody is there any more, or the wait is stopped. */
async function written(stream: NodeJS.WriteStream, stop: AbortSignal): Promise<void> {
  const done = new AbortController();
  const signal = AbortSignal.any([stop, done.signal]);
  const events = ['drain', 'close', 'error'].map((event) => once(stream, event, { signal }));
  try {
    await Promise.race(events);
  } catch {
    // An error of the stream is told where its output fails; the caller looks at `stop`.
  } finally {
    done.abort();
    await Promise.allSettled(events);
  }
}

/**
 * A file that its owner alone can read, written beside under a name of its own, and in place under
 * its own name only once it is whole and on disk.
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
   * @param database the board that is written about: none of its files is overwritten
   * @throws UserError where the file is there already, without `force`; DatabaseError where it
   * belongs to a board, cannot be made, or is being written by another process
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
  if (!statSync(file).isFile()) throw new UserError(`${file} is not a file to write to.`);
  if (!force) throw new UserError(`${file} is there already. Add --force to overwrite it.`);
}
