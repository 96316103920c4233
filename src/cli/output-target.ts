import { existsSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { putInPlace } from '../storage/files.ts';
import { UserError } from './errors.ts';

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
  async write(text: string): Promise<boolean> {
    const { stdout } = process;
    if (!stdout.write(text) && stdout.writable) await written(stdout);
    // What takes all at once, as a file does, would keep Ctrl-C and the progress waiting.
    else await nextTurn();
    return stdout.writable;
  }

  async finish(): Promise<void> {}

  async discard(): Promise<void> {}
}

/** Until there is room, or nobody is there any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    const events = ['drain', 'close', 'error'];
    for (const event of events) stream.once(event, done);
  });
}

/**
 * A file that its owner alone can read, written beside under a name of its own, and in place under
 * its own name only once it is whole and on disk.
 */
export class OutputFile implements OutputTarget {
  private constructor(
    private readonly file: string,
    private readonly partial: string,
    private readonly handle: FileHandle,
    private readonly force: boolean,
  ) {}

  /** @throws UserError where the file is there already, without `force`, or cannot be made */
  static async create(file: string, { force = false }): Promise<OutputFile> {
    requireFree(file, force);
    const partial = `${file}.${process.pid}.partial`;
    try {
      // In a folder that others share, one of them may have prepared a file of that name, or a link.
      rmSync(partial, { force: true });
      return new OutputFile(file, partial, await open(partial, 'wx', 0o600), force);
    } catch (error) {
      throw new UserError(`Cannot write ${file}: ${(error as Error).message}.`);
    }
  }

  async write(text: string): Promise<boolean> {
    try {
      await this.handle.appendFile(text);
      return true;
    } catch (error) {
      throw new UserError(`Cannot write ${this.file}: ${(error as Error).message}.`);
    }
  }

  async finish(): Promise<void> {
    await this.handle.close();
    requireFree(this.file, this.force);
    putInPlace(this.partial, this.file);
  }

  async discard(): Promise<void> {
    rmSync(this.partial, { force: true });
    await this.handle.close();
  }
}

/** @throws UserError */
function requireFree(file: string, force: boolean): void {
  if (!existsSync(file)) return;
  if (!statSync(file).isFile()) throw new UserError(`${file} is not a file to write to.`);
  if (!force) throw new UserError(`${file} is there already. Add --force to overwrite it.`);
}
