import { ExportError, type LineOf, parseExportLine } from '../../../board/export-format.ts';
import { DatabaseError } from '../file/connection.ts';
import { ServerLock } from '../file/lock.ts';
import { ImportDatabase } from './import-database.ts';
import { Cursor, cutIntoLines, resumed } from './import-lines.ts';
import { ImportRows } from './import-rows.ts';

// Lines of one transaction. A crash loses at most this many; with fewer lines, commits would cost too much.
const linesOfStep = 10_000;

/** Follows an import, and can stop it. A stopped import can be continued. */
export interface ImportControl {
  /** The source of the chunks has to listen to it too. Otherwise an abort waits for the next chunk. */
  readonly signal: AbortSignal;
  /** Called with how many lines are stored; `from` of them were stored by an interrupted import. */
  progress(done: number, total: number, from: number): void;
  /** Whether to forget an interrupted import. */
  readonly restart: boolean;
}

export interface Imported {
  readonly header: LineOf<'board'>;
  /** How many lines an interrupted import had read before. */
  readonly resumedAt: number;
}

/**
 * Makes the board in `file` from an export. The rows are written to a database beside it, which is put in its
 * place once it is complete; until then the board does not change. Unless a line is wrong, an interrupted import
 * continues when the same bytes are imported again.
 * @throws ExportError with the line that is wrong; DatabaseError if the board is not empty, or an import of
 * another file was interrupted; LockedError if a server runs; the reason of `control.signal`
 */
export async function importBoard(
  file: string,
  chunks: AsyncIterable<Buffer>,
  control: ImportControl,
): Promise<Imported> {
  const lock = ServerLock.take(file);
  try {
    return await new Import(ImportDatabase.open(file, control), control).run(file, chunks);
  } finally {
    lock.release();
  }
}

class Import {
  private readonly rows: ImportRows;
  private readonly cursor = new Cursor();
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private committed: number;
  private readonly resumedAt: number;

  constructor(
    private readonly database: ImportDatabase,
    private readonly control: ImportControl,
  ) {
    const { client, progress } = database;
    this.rows = new ImportRows(client, progress?.header, progress?.last);
    this.resumedAt = progress?.lines ?? 0;
    this.committed = this.resumedAt;
  }

  async run(file: string, chunks: AsyncIterable<Buffer>): Promise<Imported> {
    try {
      await this.read(this.unread(file, chunks));
      const { header } = this.rows;
      if (!header || this.rows.last !== 'end') throw this.cutOff();
      await this.database.finish(header, this.control.signal);
      return { header, resumedAt: this.resumedAt };
    } catch (error) {
      if (error instanceof ExportError) this.database.discard();
      else this.database.close();
      throw error;
    }
  }

  /** The lines that an interrupted import has not read yet. */
  private unread(file: string, chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    const { progress } = this.database;
    if (!progress) return chunks;
    const path = ImportDatabase.path(file);
    return resumed(chunks, this.cursor, progress, () => {
      return new DatabaseError(
        `${path} is an interrupted import of something else. Go on with that, or forget it with --restart.`,
      );
    });
  }

  private async read(chunks: AsyncIterable<Buffer>): Promise<void> {
    const { signal } = this.control;
    this.database.begin();
    try {
      for await (const lines of this.linesOf(chunks)) {
        for (const line of lines) this.take(line);
        const { lines: done } = this.cursor;
        if (done - this.committed >= linesOfStep) this.commit();
        this.control.progress(done, this.rows.expectedLines, this.resumedAt);
        signal.throwIfAborted();
      }
    } catch (error) {
      if (signal.aborted) this.commit();
      throw error;
    }
    this.commit();
  }

  private async *linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
    try {
      yield* cutIntoLines(chunks);
    } catch (error) {
      throw this.atLine(error);
    }
  }

  private take(line: Buffer): void {
    try {
      const read = parseExportLine(this.decode(line));
      if (read.type === 'end') this.requireSame(read);
      this.rows.take(read);
    } catch (error) {
      throw this.atLine(error);
    }
    this.cursor.pass(line);
  }

  private decode(line: Buffer): string {
    try {
      return this.decoder.decode(line);
    } catch {
      throw new ExportError('It is not valid UTF-8');
    }
  }

  private requireSame({ lines, sha256 }: LineOf<'end'>): void {
    const above = this.cursor.position;
    if (lines !== above.lines) {
      throw new ExportError(`It says that ${lines} lines stand above, and ${above.lines} do`);
    }
    if (sha256 !== above.sha256) {
      throw new ExportError('The lines above are not those that were exported (SHA-256)');
    }
  }

  private commit(): void {
    const { header, last } = this.rows;
    if (!header || !last) return;
    this.database.commit({ ...this.cursor.position, header, last });
    this.committed = this.cursor.lines;
    this.database.begin();
  }

  private cutOff(): ExportError {
    return new ExportError(`It ends after line ${this.cursor.lines}, without its last line.`);
  }

  /** An `ExportError` with the number of the line that is wrong; any other error unchanged. */
  private atLine(error: unknown): unknown {
    if (!(error instanceof ExportError)) return error;
    return new ExportError(`Line ${this.cursor.lines + 1}: ${error.message}.`);
  }
}
