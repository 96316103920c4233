import type { Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';

/** A field of every stream that Node does not document. `Handshakes` of the other doors sets it too. */
interface Buffering {
  readonly _readableState: { highWaterMark: number };
}

// Bytes that the visitor's program may have waiting before it is told to wait.
const waiting = 64 * 1024;

/**
 * What a visitor types. It reads from the channel only what is asked for, so that SSH's window stops the client: ssh2 opens
 * the window again as long as less waits in the channel than its mark, which it sets to a whole window.
 */
export function inputOf(channel: ServerChannel): Readable {
  (channel as unknown as Buffering)._readableState.highWaterMark = waiting;
  const input = new Readable({
    highWaterMark: waiting,
    read: () => void channel.resume(),
    destroy: (_, done) => {
      // Nobody reads the rest: it must not fill the window, or the end of the stream would never arrive.
      channel.removeListener('data', push);
      channel.resume();
      done(null);
    },
  });
  const push = (bytes: Buffer) => {
    if (!input.push(bytes)) channel.pause();
  };
  channel.on('data', push);
  channel.pause();
  channel.once('end', () => input.push(null));
  channel.once('close', () => input.push(null));
  input.on('error', () => {});
  return input;
}

/** The private fields in which ssh2 keeps what waits for the window of the client. */
interface Rests {
  _chunk?: Buffer | undefined;
  _chunkcb?: (() => void) | undefined;
  _chunkErr?: Buffer | undefined;
  _chunkcbErr?: (() => void) | undefined;
}

/**
 * Standard output and standard error of one channel. Each write waits for the window of the client and for the socket, which
 * ssh2 itself does not look at. Only one of the two writes at a time, and what ssh2 kept of a finished write is forgotten: it
 * would send it again when the other stream has waited for the window.
 */
export class ChannelOutput {
  readonly output: Writable;
  readonly errors: Writable;
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly channel: ServerChannel,
    private readonly socket: Socket,
    private readonly gone: AbortSignal,
  ) {
    this.output = this.stream(channel);
    this.errors = this.stream(channel.stderr as unknown as Writable);
  }

  /** Resolves when everything has been handed to the system, or the visitor has gone. */
  async flushed(): Promise<void> {
    for (const stream of [this.output, this.errors]) {
      await new Promise<void>((resolve) => {
        if (stream.destroyed || stream.writableFinished) return resolve();
        stream.once('close', resolve);
        stream.end();
      });
    }
  }

  private stream(target: Writable): Writable {
    const stream = new Writable({
      highWaterMark: waiting,
      write: (bytes: Buffer, _, done) => {
        this.queue = this.queue.then(() => this.send(target, bytes));
        this.queue.then(() => done());
      },
    });
    stream.on('error', () => {});
    this.gone.addEventListener('abort', () => stream.destroy(), { once: true });
    return stream;
  }

  private async send(target: Writable, bytes: Buffer): Promise<void> {
    await this.unlessGone((done) => {
      target.write(bytes, () => done());
    });
    const rests = this.channel as Rests;
    rests._chunk = rests._chunkcb = rests._chunkErr = rests._chunkcbErr = undefined;
    if (this.socket.writableNeedDrain) {
      await this.unlessGone((done) => void this.socket.once('drain', done));
    }
  }

  /** Resolves when `begin` calls back, or when the visitor has gone. */
  private unlessGone(begin: (done: () => void) => void): Promise<void> {
    const { gone } = this;
    if (gone.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        gone.removeEventListener('abort', done);
        resolve();
      };
      gone.addEventListener('abort', done, { once: true });
      begin(done);
    });
  }
}
