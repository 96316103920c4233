import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';

/** Someone at a board with `nc`: sends lines, and waits for what comes. */
export class TextPeer<S extends Duplex = Socket> {
  /** Received text that `expect` has not returned yet. */
  private unread = '';
  private ended = false;
  private wake: () => void = () => {};

  /** @param socket an open connection */
  constructor(readonly socket: S) {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.unread += text;
      this.wake();
    });
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.ended = true;
        this.wake();
      });
    }
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  }

  static async connect(port: number): Promise<TextPeer> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    await once(socket, 'connect');
    return new TextPeer(socket);
  }

  send(...lines: string[]): void {
    this.socket.write(lines.map((line) => `${line}\n`).join(''));
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Ends its stream, as `nc` does at the end of its input; it still reads. */
  finish(): void {
    this.socket.end();
  }

  /** Waits for `what`, and returns everything up to and with it. */
  async expect(what: string | RegExp): Promise<string> {
    for (;;) {
      const end = endOf(what, this.unread);
      if (end !== undefined) {
        const seen = this.unread.slice(0, end);
        this.unread = this.unread.slice(end);
        return seen;
      }
      if (this.ended) throw new Error(`ended before ${what}; unread: ${this.unread}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Sends a command and returns the text received before the reply to a ping after it. */
  async ask(line: string): Promise<string> {
    this.send(line, '%ping');
    const seen = await this.expect('[INFO] pong\n');
    return seen.slice(0, -'[INFO] pong\n'.length);
  }

  /** Sends a ping, and returns the text that arrived before its reply. */
  async receivedSoFar(): Promise<string> {
    return this.ask('');
  }

  /** All text received until the server ends the connection. */
  async toEnd(): Promise<string> {
    while (!this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.unread;
  }
}

function endOf(what: string | RegExp, text: string): number | undefined {
  if (typeof what === 'string') {
    const at = text.indexOf(what);
    return at === -1 ? undefined : at + what.length;
  }
  const found = what.exec(text);
  return found ? found.index + found[0].length : undefined;
}
