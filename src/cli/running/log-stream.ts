import { closeSync, constants, fstatSync, openSync, type Stats, writeSync } from 'node:fs';
import { Socket } from 'node:net';

// Bytes that may wait for the reader of the log. Further lines are dropped.
const mostWaiting = 1024 * 1024;
// How long to wait after the reader has read nothing, in milliseconds.
const retryPause = 50;
// How long the end of the process waits for the reader to read the rest, in milliseconds.
const endPause = 200;

/**
 * Writes lines to a file descriptor without ever waiting for its reader. If a pipe is full or a terminal
 * is stopped (Ctrl-S), up to 1 MiB waits in memory; lines past that are dropped, counted, and
 * reported once the reader goes on. If the reader has closed the pipe, or the disk is full, lines are lost and nothing else happens.
 */
export class LogStream {
  private readonly target: Target;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  /** Lines that were dropped since the process began. */
  droppedInAll = 0;
  private dropped = 0;
  private failing = false;
  private timer: NodeJS.Timeout | undefined;

  /** @param report is called with the number of dropped lines, when lines can be written again */
  constructor(
    descriptor: number,
    private readonly report: (dropped: number) => void,
  ) {
    this.target = withoutWaiting(descriptor);
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.waitingBytes + bytes.length > mostWaiting) {
      this.drop(1);
      return;
    }
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (!this.timer) this.flush();
  }

  /** Writes the waiting lines. Takes at most 200 ms. */
  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const until = performance.now() + endPause;
    while (!this.attempt() && performance.now() < until) pause(10);
    this.reportDropped();
  }

  private flush(): void {
    this.timer = undefined;
    if (this.attempt()) this.reportDropped();
    else this.timer = setTimeout(() => this.flush(), retryPause).unref();
  }

  private drop(lines: number): void {
    this.dropped += lines;
    this.droppedInAll += lines;
  }

  private reportDropped(): void {
    const { dropped } = this;
    if (dropped === 0 || this.failing || this.waiting.length > 0) return;
    this.dropped = 0;
    this.report(dropped);
  }

  /** Writes as much as the reader accepts. @returns whether everything is written */
  private attempt(): boolean {
    while (this.waiting.length > 0) {
      const bytes = Buffer.concat(this.waiting);
      const written = this.writeSome(bytes);
      if (written === undefined) return false;
      this.waiting = written < bytes.length ? [bytes.subarray(written)] : [];
      this.waitingBytes = bytes.length - written;
    }
    return true;
  }

  /** @returns how many bytes were written or dropped; undefined if the reader accepts none now */
  private writeSome(bytes: Buffer): number | undefined {
    try {
      const written = writeSync(this.target.descriptor, bytes);
      this.failing = false;
      return written;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
      this.failing = true;
      this.drop(this.waiting.length);
      return bytes.length;
    }
  }
}

interface Target {
  readonly descriptor: number;
  /** Keeps the descriptor open, and non-blocking. */
  readonly socket?: Socket;
}

/**
 * A descriptor for the same file on which a write never waits. Pipes and terminals are opened again, so
 * that the mode does not change for other processes that share them. A file that cannot be opened again,
 * such as a socket, is put into that mode itself.
 */
function withoutWaiting(descriptor: number): Target {
  const file = stat(descriptor);
  const canWait = file?.isFIFO() || file?.isSocket() || file?.isCharacterDevice();
  if (!file || !canWait) return { descriptor };
  const again = file.isSocket() ? undefined : openAgain(descriptor, file);
  if (again !== undefined) return { descriptor: again };
  try {
    const socket = new Socket({ fd: descriptor, readable: false, writable: true });
    return { descriptor, socket: socket.on('error', () => {}).unref() };
  } catch {
    // This happens with a terminal of another user. If its user stops the output with Ctrl-S, writes to it
    // block the server.
    return { descriptor };
  }
}

function stat(descriptor: number): Stats | undefined {
  try {
    return fstatSync(descriptor);
  } catch {
    return undefined;
  }
}

function openAgain(descriptor: number, file: Stats): number | undefined {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    const again = openSync(`/dev/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    const found = fstatSync(again);
    if (found.ino === file.ino && found.dev === file.dev) return again;
    closeSync(again);
  } catch {
    // The file belongs to another user.
  }
  return undefined;
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
